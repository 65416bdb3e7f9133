// The tools of other servers, as a node sees them.
#include <gtest/gtest.h>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Code;
using agent::Context;
using agent::Json;
using agent::State;
using agent::Task;
using agent::Update;
using agent::testing::Host;

Task<Update> use(State state, Context ctx) {
  const agent::ToolServer issues = ctx.tools("issues");
  const Json tools = co_await issues.list();
  const Json arguments{{"query", state["question"]}};
  co_return Update{}.set("answer", co_await issues.call(tools.at(0).at("name"), arguments));
}

void build(agent::Plugin& plugin) {
  plugin.graph("g").node("n", use).edge(agent::kStart, "n");
}

TEST(ToolServers, ListTheirToolsAndCallThem) {
  Host host(build);
  std::vector<Json> asked;
  host.on_tools([&](const Json& request) {
    asked.push_back(request);
    return request.contains("name") ? Json{{"content", Json::array()}, {"isError", true}}
                                    : Json::array({{{"name", "search"}}});
  });
  const auto outcome = host.run("g", "n", {{"question", "why"}});
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update["answer"], (Json{{"content", Json::array()}, {"isError", true}}));
  EXPECT_EQ(asked, (std::vector<Json>{
                       {{"server", "issues"}},
                       {{"server", "issues"}, {"name", "search"}, {"arguments", {{"query", "why"}}}}}));
}

TEST(ToolServers, AreRefusedReadablyWhenNotGranted) {
  Host host(build);
  const auto outcome = host.run("g", "n", {{"question", "why"}});
  EXPECT_EQ(outcome.code, Code::kDenied);
  EXPECT_NE(outcome.error_text.find("agent.tools/1 is not available"), std::string::npos)
      << outcome.error_text;
}

}  // namespace
