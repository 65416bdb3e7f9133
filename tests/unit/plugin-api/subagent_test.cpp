// Other agents of the server, as a node sees them.
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

Task<Update> ask(State state, Context ctx) {
  const Json how{{"config", {{"recursion_limit", 5}}}};
  const Json input{{"question", state["question"]}};
  const Json values = co_await ctx.subagents().run("helper", input, how);
  co_return Update{}.set("answer", values["answer"]);
}

void build(agent::Plugin& plugin) {
  plugin.graph("g").node("n", ask).edge(agent::kStart, "n");
}

TEST(Subagents, GiveTheFinalStateOfAnotherAgent) {
  Host host(build);
  Json asked;
  host.on_subagent([&](const Json& request) {
    asked = request;
    return Json{{"answer", 42}};
  });
  const auto outcome = host.run("g", "n", {{"question", "why"}});
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update, (Json{{"answer", 42}}));
  EXPECT_EQ(asked, (Json{{"assistant_id", "helper"},
                         {"input", {{"question", "why"}}},
                         {"config", {{"recursion_limit", 5}}}}));
}

TEST(Subagents, ThrowWhatTheRunFailedWith) {
  Host host(build);
  host.on_subagent([](const Json&) -> Json { throw agent::Error(Code::kUnsupported, "it asks a human"); });
  const auto outcome = host.run("g", "n", {{"question", "why"}});
  EXPECT_EQ(outcome.code, Code::kUnsupported);
  EXPECT_EQ(outcome.error_text, "the subagent: it asks a human");
}

TEST(Subagents, AreRefusedReadablyWhenNotGranted) {
  Host host(build);
  const auto outcome = host.run("g", "n", {{"question", "why"}});
  EXPECT_EQ(outcome.code, Code::kDenied);
  EXPECT_NE(outcome.error_text.find("add it to `needs:` in plugin.yaml"), std::string::npos)
      << outcome.error_text;
}

}  // namespace
