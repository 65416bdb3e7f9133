#include "agenthost/sdk/context.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Context;
using agent::Json;
using agent::State;
using agent::Update;
using agent::testing::Host;

Update report(const State&, const Context& ctx) {
  const auto now = std::chrono::steady_clock::now();
  ctx.emit_message({{"id", ctx.new_message_id()}, {"type", "ai"}, {"content", "x"}});
  return Update{}
      .set("ids",
           Json::array({ctx.run_id(), ctx.thread_id(), ctx.assistant_id(), ctx.graph_id(), ctx.task_id()}))
      .set("node", ctx.node())
      .set("attempt", ctx.attempt())
      .set("user", ctx.configurable().value("user", ""))
      .set("context", ctx.context())
      .set("metadata", ctx.metadata())
      .set("step", ctx.config().at("step"))
      .set("next_message", ctx.new_message_id())
      .set("has_time", ctx.deadline() > now && ctx.time_left() > std::chrono::minutes(1))
      .set("cancelled", ctx.cancelled());
}

TEST(Context, KnowsWhereItIs) {
  Host host([](agent::Plugin& plugin) { plugin.graph("g").node("n", report).edge(agent::kStart, "n"); });
  const auto outcome =
      host.run("g", "n", Json::object(),
               {.config = {{"configurable", {{"user", "ann"}}}, {"metadata", 3}}, .attempt = 2});
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update,
            Json::parse(R"({"ids":["run-1","thread-1","assistant-1","g","task-1"],"node":"n","attempt":2,
    "user":"ann","context":{},"metadata":{},"step":1,"next_message":"msg-task-1-2","has_time":true,"cancelled":false})"));
  EXPECT_EQ(outcome.chunks.at(0)["id"], "msg-task-1-1");
}

}  // namespace
