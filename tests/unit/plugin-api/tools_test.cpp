// The tools node and the growing message.
#include "agenthost/sdk/tools.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Context;
using agent::Json;
using agent::kStart;
using agent::Plugin;
using agent::State;
using agent::Task;
using agent::Update;
using agent::testing::Host;
using agent::testing::Outcome;

Json upper(const Json& args) {
  std::string text = args.at("text").get<std::string>();
  for (char& c : text) c = static_cast<char>(c - 'a' + 'A');
  return text;
}
Task<Json> slow_sum(Json args, Context ctx) {
  co_await ctx.sleep(std::chrono::seconds(1));
  co_return Json{{"sum", args[0].get<int>() + args[1].get<int>()}};
}
Json broken(const Json&) {
  throw std::runtime_error("no such city");
}
Task<Json> asks(Json, Context ctx) {
  const Json answer = ctx.interrupt("may I?");
  co_return answer;
}

void build(Plugin& plugin) {
  plugin.graph("g")
      .node("tools",
            agent::tools_node({{"upper", upper}, {"sum", slow_sum}, {"broken", broken}, {"asks", asks}}))
      .edge(kStart, "tools")
      .conditional("tools", "onward", agent::calls_tools);
}

Json asking(const std::vector<Json>& calls) {
  return {{"messages", {agent::ai_message("", "m1", calls)}}};
}

TEST(ToolsNode, AnswersEveryCallInOrderAndTellsTheStream) {
  const Outcome outcome = Host(build).run(
      "g", "tools",
      asking({agent::tool_call("c1", "sum", {2, 3}), agent::tool_call("c2", "upper", {{"text", "sf"}})}));
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update, Json::parse(R"({"messages":[
    {"type":"tool","content":"{\"sum\":5}","id":"msg-task-1-1","tool_call_id":"c1","name":"sum","status":"success"},
    {"type":"tool","content":"SF","id":"msg-task-1-2","tool_call_id":"c2","name":"upper","status":"success"}]})"));
  ASSERT_EQ(outcome.tools.size(), 4U);
  EXPECT_EQ(outcome.tools[0],
            Json::parse(R"({"event":"on_tool_start","toolCallId":"c1","name":"sum","input":"[2,3]"})"));
  EXPECT_EQ(outcome.tools[1]["toolCallId"], "c2");
  EXPECT_EQ(outcome.tools[2]["event"], "on_tool_end");
  EXPECT_EQ(outcome.tools[2]["output"], outcome.update["messages"][1]) << "the quick one ends first";
  EXPECT_EQ(outcome.tools[3]["output"], outcome.update["messages"][0]);
}

TEST(ToolsNode, AFailedOrUnknownToolIsAnAnswerToo) {
  const Outcome outcome = Host(build).run(
      "g", "tools",
      asking({agent::tool_call("c1", "broken", nullptr), agent::tool_call("c2", "missing", nullptr)}));
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update["messages"][0]["content"], "Error: no such city");
  EXPECT_EQ(outcome.update["messages"][0]["status"], "error");
  EXPECT_EQ(outcome.update["messages"][1]["content"], "Error: there is no tool \"missing\"");
  EXPECT_EQ(
      outcome.tools[1],
      Json::parse(R"({"event":"on_tool_error","toolCallId":"c1","name":"broken","error":"no such city"})"));
}

TEST(ToolsNode, InterruptsAndCancelsEndTheNode) {
  const Json state = asking({agent::tool_call("c1", "asks", nullptr)});
  EXPECT_EQ(Host(build).run("g", "tools", state).kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(Host(build).run("g", "tools", state, {.answers = {"yes"}}).update["messages"][0]["content"],
            "yes");
  const Json slow = asking({agent::tool_call("c1", "sum", {2, 3})});
  EXPECT_EQ(Host(build).run("g", "tools", slow, {.cancel_after_replies = 0}).code, agent::Code::kCancelled);
}

TEST(ToolsNode, BearsAStateWithoutCallsAndBrokenCalls) {
  EXPECT_EQ(Host(build).run("g", "tools", Json::object()).update, Json::object());
  const Outcome odd = Host(build).run("g", "tools", asking({3, Json::object(), {{"name", 1}, {"id", {}}}}));
  ASSERT_TRUE(odd.ok()) << odd.error_text;
  EXPECT_EQ(odd.update["messages"].size(), 3U);
}

TEST(ToolsNode, TheRouterGoesOnWhileThereAreCalls) {
  Host host(build);
  EXPECT_EQ(host.route("g", "onward", asking({agent::tool_call("c1", "sum", {})})), Json::array({"tools"}));
  EXPECT_EQ(host.route("g", "onward", Json::object()), Json::array({agent::kEnd}));
}

TEST(ToolReport, TellsWhatANodeDoesForACall) {
  const auto node = [](const State& state, const Context& ctx) {
    const agent::ToolReport report(ctx, state["call"]);
    report.started();
    report.progressed({{"done", 0.5}});
    report.failed("no luck");
    return Update{}.message(report.answer("sorry", "error"));
  };
  Host host([node](Plugin& plugin) { plugin.graph("g").node("n", node).edge(kStart, "n"); });
  const Outcome outcome = host.run("g", "n", {{"call", agent::tool_call("c1", "dice", {{"sides", 6}})}});
  ASSERT_EQ(outcome.tools.size(), 3U);
  EXPECT_EQ(outcome.tools[0]["input"], R"({"sides":6})");
  EXPECT_EQ(outcome.tools[1],
            Json::parse(R"({"event":"on_tool_event","toolCallId":"c1","name":"dice","data":{"done":0.5}})"));
  EXPECT_EQ(outcome.tools[2]["error"], "no luck");
  EXPECT_EQ(outcome.update["messages"][0]["status"], "error");
}

TEST(MessageStream, SendsEachPieceAndKeepsTheWhole) {
  const Outcome outcome =
      Host([](Plugin& plugin) {
        plugin.graph("g").edge(kStart, "n").node("n", [](const State&, const Context& ctx) {
          agent::MessageStream answer(ctx);
          answer.write("Hello,");
          answer.write(" world!");
          return Update{}.message(answer.message());
        });
      }).run("g", "n", Json::object());
  ASSERT_EQ(outcome.chunks.size(), 2U);
  EXPECT_EQ(outcome.chunks[1], Json::parse(R"({"type":"ai","content":" world!","id":"msg-task-1-1"})"));
  EXPECT_EQ(outcome.update["messages"],
            Json::parse(R"([{"type":"ai","content":"Hello, world!","id":"msg-task-1-1"}])"));
}

}  // namespace
