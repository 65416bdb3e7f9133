// Single nodes and routers of the conformance graphs: what each writes, says and asks.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "agenthost/agent_plugin.h"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Json;
using agent::testing::Host;
using agent::testing::Outcome;

Json messages(std::initializer_list<Json> list) {
  return {{"messages", Json(list)}};
}
Json human(const char* text) {
  return {{"type", "human"}, {"content", text}, {"id", "h"}};
}
Json tool(const char* text) {
  return {{"type", "tool"}, {"content", text}, {"id", "t"}};
}

Outcome run(const char* graph, const char* node, const Json& input, agent::testing::RunOptions options = {}) {
  Outcome outcome = Host(agent_plugin_entry).run(graph, node, input, std::move(options));
  EXPECT_NE(outcome.error_text.find("has no node"), 0U) << outcome.error_text;
  return outcome;
}
Json route(const char* graph, const char* edge, const Json& state) {
  return Host(agent_plugin_entry).route(graph, edge, state);
}

TEST(Conformance, DescribesGraphsThatCanRun) {
  const Json graphs = Host(agent_plugin_entry).describe()["graphs"];
  std::set<std::string> ids;
  for (const Json& graph : graphs) ids.insert(graph["graph_id"].get<std::string>());
  EXPECT_EQ(ids.size(), graphs.size());
  for (const char* id : {"agent", "weather", "nested", "par", "err"}) EXPECT_EQ(ids.count(id), 1U) << id;
}

TEST(ConformanceAgent, BeginsLetterByLetterAndEndsAfterTheTool) {
  const Outcome first = run("agent", "agent", messages({human("foo")}));
  ASSERT_TRUE(first.ok()) << first.error_text;
  EXPECT_EQ(first.update["interrupt"], false);
  EXPECT_EQ(first.update["messages"][0]["content"], "begin");
  ASSERT_EQ(first.chunks.size(), 5U);
  for (const Json& chunk : first.chunks) EXPECT_EQ(chunk["id"], first.update["messages"][0]["id"]);
  EXPECT_EQ(first.chunks[4]["content"], "n");
  EXPECT_EQ(run("agent", "agent", messages({human("foo"), tool("x")})).update["messages"][0]["content"],
            "end");
}

TEST(ConformanceAgent, InterruptsOnlyWhenTold) {
  Json state = messages({human("foo")});
  state["interrupt"] = true;
  EXPECT_EQ(run("agent", "agent", state).interrupt, "i want to interrupt");
  EXPECT_EQ(run("agent", "agent", state, {.answers = {"ignored"}}).update["interrupt"], false);
  state["interrupt"] = nullptr;
  EXPECT_TRUE(run("agent", "agent", state).ok());
}

TEST(ConformanceAgent, SleepsOnlyAfterAHumanAndReportsItsSteps) {
  Json state = messages({human("foo")});
  state["sleep"] = {{"steps", 2}, {"ms", 50}};
  EXPECT_EQ(run("agent", "agent", state).events,
            (std::vector<Json>{{{"type", "sleep"}, {"step", 0}}, {{"type", "sleep"}, {"step", 1}}}));
  Host host(agent_plugin_entry);
  state["sleep"] = 1.5;
  EXPECT_TRUE(host.run("agent", "agent", state).ok());
  EXPECT_EQ(host.slept(), std::chrono::milliseconds(1500));
  state["messages"].push_back(tool("x"));
  EXPECT_TRUE(host.run("agent", "agent", state).ok());
  EXPECT_EQ(host.slept(), std::chrono::milliseconds(1500)) << "not after a tool message";
}

TEST(ConformanceAgent, TheToolAnswersTheLastMessageIfThereIsOne) {
  EXPECT_EQ(run("agent", "tool", messages({human("foo")})).update["messages"],
            Json::parse(R"([{"type":"tool","content":"tool_call__foo","tool_call_id":"tool_call_id"}])"));
  EXPECT_FALSE(run("agent", "tool", messages({})).update.contains("messages"));
}

TEST(ConformanceAgent, KeepsTheUserInTheStoreUntilItsStateKnowsOne) {
  Host host(agent_plugin_entry);
  const agent::Namespace shared{"sharedState", "data"};
  agent::testing::RunOptions as_ann;
  as_ann.config = {{"configurable", {{"user_id", "ann"}}}};
  ASSERT_TRUE(host.run("agent", "agent", messages({human("foo")}), as_ann).ok());
  EXPECT_EQ(host.store().get(shared, "user_id"), (Json{{"id", "ann"}}));
  EXPECT_EQ(host.run("agent", "tool", messages({human("foo")})).update["sharedStateFromStoreConfig"],
            (Json{{"id", "ann"}}));
  Json state = messages({human("foo")});
  state["sharedStateFromStoreConfig"] = {{"id", "bob"}};
  ASSERT_TRUE(host.run("agent", "agent", state).ok());
  EXPECT_EQ(host.store().get(shared, "user_id"), (Json{{"id", "ann"}})) << "left alone";
}

TEST(ConformanceAgent, ChecksWhatAClientPutIntoTheStore) {
  Host host(agent_plugin_entry);
  const agent::Namespace inputted{"inputtedState", "data"};
  EXPECT_EQ(host.run("agent", "checkSharedState", Json::object()).error_text, "Value is not true");
  host.store().put(inputted, "my_key", {{"isTrue", true}});
  EXPECT_EQ(host.run("agent", "checkSharedState", Json::object()).update, Json::object());
}

TEST(ConformanceAgentSimple, KeepsWhatEachUserSaidFirst) {
  Host host(agent_plugin_entry);
  ASSERT_TRUE(host.run("agent_simple", "agent", messages({human("one")})).ok());
  ASSERT_TRUE(host.run("agent_simple", "agent", messages({human("two")})).ok());
  EXPECT_EQ(host.store().get({"ALL"}, "key_one"), (Json{{"text", "one"}}));
  agent::testing::RunOptions as_ann;
  as_ann.config = {{"configurable", {{"langgraph_auth_user", {{"identity", "ann"}}}}}};
  ASSERT_TRUE(host.run("agent_simple", "agent", messages({human("mine")}), as_ann).ok());
  EXPECT_EQ(host.store().get({"ann"}, "key_one"), (Json{{"text", "mine"}}));
}

TEST(ConformanceAgent, GoesWhereItsFirstOrLastMessageSays) {
  EXPECT_EQ(route("agent", "onward", messages({human("should_end"), tool("x")})), Json::array({"__end__"}));
  EXPECT_EQ(route("agent", "onward", messages({human("___check_state_value")})),
            Json::array({"checkSharedState"}));
  EXPECT_EQ(route("agent", "onward", messages({human("foo"), human("end")})), Json::array({"__end__"}));
  EXPECT_EQ(route("agent", "onward", messages({human("foo")})), Json::array({"tool"}));
  EXPECT_EQ(route("agent", "onward", messages({})), Json::array({"tool"}));
}

TEST(ConformanceAgentSimple, SendsTheMessageItselfToTheTool) {
  EXPECT_EQ(route("agent_simple", "onward", messages({human("foo")})),
            Json::array({{{"node", "tool"}, {"input", human("foo")}}}));
  EXPECT_EQ(route("agent_simple", "onward", messages({human("end: x")})), Json::array({"__end__"}));
  EXPECT_EQ(run("agent_simple", "tool", human("foo")).update["messages"][0]["content"], "tool_call__foo");
}

TEST(ConformanceAgentSimple, AHeaderIsItsWholeAnswer) {
  const Json config{{"configurable", {{"x-configurable-header", "value"}}}};
  EXPECT_EQ(run("agent_simple", "agent", messages({human("foo")}), {.config = config}).update,
            (Json{{"messages", "end: value"}}));
  EXPECT_EQ(run("agent_simple", "agent", messages({tool("x")})).update["messages"][0]["content"],
            "end\xE2\x80\xA8");
}

TEST(ConformanceWeather, ItsChildKnowsTheCity) {
  EXPECT_EQ(route("weather", "onward", {{"route", "weather"}}), Json::array({"weather_graph"}));
  EXPECT_EQ(route("weather", "onward", {{"route", "other"}}), Json::array({"normal_llm_node"}));
  EXPECT_EQ(run("weather", "weather_graph:weather_node", {{"city", "San Francisco"}}).update["messages"],
            Json::parse(R"([{"type":"ai","content":"It's sunny in San Francisco!"}])"));
}

TEST(ConformanceNested, EachNodeSaysItsName) {
  EXPECT_EQ(run("nested", "gp_two:p_two:c_one", Json::object()).update["messages"],
            Json::array({"Entered c_one node"}));
}

TEST(ConformanceSmall, FailuresHaveTheirClassNames) {
  EXPECT_EQ(run("err", "boom", Json::object()).error_kind, "TypeError");
  EXPECT_EQ(run("err", "boom", Json::object()).error_text, "kaboom");
  EXPECT_EQ(run("error", "error_node", Json::object()).error_kind, "CustomError");
  EXPECT_EQ(run("error", "error_node", Json::object()).error_text, "Boo!");
}

TEST(ConformanceSmall, WaitingEndsOnCancel) {
  EXPECT_EQ(run("slow", "nap", Json::object(), {.cancel_after_replies = 2}).code, agent::Code::kCancelled);
  EXPECT_EQ(run("delay", "long_running", {{"delay", 20}}).update["messages"], "finished after 20ms");
}

TEST(ConformanceSmall, ParallelQuestionsAreSignedWithTheirAnswers) {
  EXPECT_EQ(run("par", "a", Json::object()).interrupt, "qa");
  EXPECT_EQ(run("par", "b", Json::object(), {.answers = {"yes"}}).update["foo"], Json::array({"b:yes"}));
  EXPECT_EQ(run("hitl", "ask", Json::object(), {.answers = {3}}).update["answer"], 3);
  EXPECT_EQ(run("parent", "child:inner_ask", Json::object()).interrupt, "inner?");
}

TEST(ConformanceTools, OneCallThenDone) {
  const Json asked = run("agent_with_tools", "agent", messages({human("hi")})).update["messages"];
  EXPECT_EQ(
      asked[0]["tool_calls"],
      Json::parse(R"([{"name":"weather","args":{"query":"SF"},"id":"call_embed_1","type":"tool_call"}])"));
  const Outcome ran = run("agent_with_tools", "tools", {{"messages", asked}});
  EXPECT_EQ(ran.update["messages"][0]["content"], "It's 60 degrees and foggy.");
  EXPECT_EQ(ran.tools.size(), 2U);
  EXPECT_EQ(run("agent_with_tools", "agent", ran.update).update["messages"][0]["content"], "Done.");
  const Outcome plain = run("agent_with_stats", "tools", {{"messages", asked}});
  EXPECT_TRUE(plain.tools.empty());
  EXPECT_FALSE(plain.update["messages"][0].contains("status"));
}

TEST(ConformanceContext, IsShownInTheState) {
  const Json config{{"context", {{"model", "openai"}}}};
  EXPECT_EQ(run("simple_runtime", "use_context", Json::object(), {.config = config}).update["model"],
            "openai");
  EXPECT_EQ(run("simple_runtime", "use_context", Json::object()).update, Json::object());
}

TEST(ConformanceSchemas, TheirNodesCount) {
  EXPECT_EQ(run("state_schema_graph", "process", {{"count", 4}}).update["messages"][0]["content"],
            "Response 5");
  EXPECT_EQ(run("zod_registry_graph", "process", {{"count", 0}}).update["messages"], "Message 1");
  EXPECT_EQ(run("plain_zod_graph", "process", {{"counter", 1}, {"items", {"a"}}}).update["items"],
            Json::array({"a", "Item 2"}));
}

TEST(ConformanceSubagents, EachAnswersItsOwnCall) {
  const Json asked = run("deep_agent", "supervisor", messages({human("go")})).update;
  EXPECT_EQ(route("deep_agent", "tools:dispatch", asked), Json::array({"researcher", "writer"}));
  const Outcome writer = run("deep_agent", "tools:writer", asked);
  EXPECT_EQ(writer.update["messages"][0]["tool_call_id"], asked["messages"][0]["tool_calls"][1]["id"]);
  EXPECT_EQ(writer.chunks.size(), 4U);
  EXPECT_EQ(writer.tools.size(), 2U);
  EXPECT_EQ(run("deep_agent", "supervisor", writer.update).update["messages"][0]["content"],
            "Both have reported.");
}

TEST(ConformanceSdk, HasFixedIdsAndReportsProgress) {
  const Outcome said = run("sdk_agent", "stream_message", Json::object());
  EXPECT_EQ(said.update["messages"][0],
            Json::parse(R"({"type":"ai","content":"Hello, world!","id":"ai-msg-1"})"));
  EXPECT_EQ(said.events[1], Json::parse(R"({"name":"progress","step":"stream_message","phase":"end"})"));
  EXPECT_EQ(
      run("sdk_agent", "ask_human", Json::object(), {.answers = {"yes"}}).update["messages"][0]["content"],
      "Human said: yes");
  const Outcome handed = run("sdk_agent", "run_subgraph:hand_over", messages({human("x")}));
  EXPECT_TRUE(handed.is_for_parent);
  EXPECT_EQ(handed.update["items"], Json::array({"sub"}));
  EXPECT_EQ(
      run("sdk_tools_agent", "model", messages({tool("x"), human("again")})).update["messages"][0]["id"],
      "ai-tools-done");
  EXPECT_EQ(run("sdk_deep_agent", "supervisor", messages({tool("x")})).update["messages"][0]["id"], "sup-2");
}

TEST(ConformanceProtocol, AsksForApprovalAndGrowsAText) {
  EXPECT_EQ(run("interrupt_graph", "approve", {{"request", "mail"}}).interrupt,
            Json::parse(R"({"prompt":"Approve the outbound action?","request":"mail"})"));
  const Outcome text = run("stategraph_text", "plan", messages({human("x")}));
  EXPECT_EQ(text.update["messages"][0]["id"], "stategraph-message-1");
  EXPECT_EQ(text.chunks.size(), 14U);
  const Json asked = run("create_agent", "model", messages({human("x")})).update;
  EXPECT_EQ(run("create_agent", "tools", asked).update["messages"][0]["content"],
            "It's always sunny in San Francisco!");
}

}  // namespace
