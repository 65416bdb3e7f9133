#include "host/services/v2_projection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/services/v2_values.hpp"

namespace agenthost::services {
namespace {

using runtime::RunEnd;
using testing::ElementsAre;
using testing::IsEmpty;

// "method namespace data" of each event.
std::vector<std::string> lines(const std::vector<V2Event>& events) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    auto line = event.method + " " + join_namespace(event.ns);
    if (!event.node.empty()) line += " @" + event.node;
    out.push_back(line + " " + event.data);
  }
  return out;
}

class V2ProjectionTest : public testing::Test {
 protected:
  std::vector<std::string> see(std::string name, std::string data, std::string ns = "") {
    std::vector<V2Event> out;
    projection_.see({1, std::move(name), std::move(data), 0, std::move(ns)}, out);
    return lines(out);
  }
  std::vector<std::string> begin() { return see("metadata", R"({"run_id":"r","attempt":1})"); }
  std::vector<std::string> end(RunEnd how, std::optional<Error> error = {}, std::string values = "{}") {
    RunOutcome outcome;
    outcome.end = how;
    outcome.error = std::move(error);
    outcome.values = std::move(values);
    std::vector<V2Event> out;
    projection_.ended(outcome, std::nullopt, out);
    return lines(out);
  }

  V2Projection projection_{"r", "g", {}};
};

// ---- The root's beginning and end ----

TEST_F(V2ProjectionTest, SaysOnceThatTheRunBeginsAndOnceThatItEnds) {
  std::vector<V2Event> events;
  projection_.see({1, "metadata", "{}", 0, ""}, events);
  projection_.see({2, "values", R"({"a":1})", 0, ""}, events);
  projection_.ended({}, std::nullopt, events);
  EXPECT_THAT(lines(events),
              ElementsAre(R"(lifecycle  {"event":"running","graph_name":"g"})", R"(values  {"a":1})",
                          R"(lifecycle  {"event":"completed","graph_name":"g"})"));
  EXPECT_EQ(events.front().own_id, "synth:r:running");
  EXPECT_EQ(events.back().own_id, "synth:r:completed");
}

TEST_F(V2ProjectionTest, AFailedRunGivesItsReasonAsPlainText) {
  (void)begin();
  EXPECT_THAT(end(RunEnd::kError, Error{ErrorCode::kInternal, "kaboom", "TypeError"}),
              ElementsAre(R"(lifecycle  {"event":"failed","graph_name":"g","error":"kaboom"})"));
}

TEST_F(V2ProjectionTest, ACancelledRunAndABreakpointAreInterrupted) {
  (void)begin();
  EXPECT_THAT(end(RunEnd::kCancelled, Error{ErrorCode::kCancelled, "the run was cancelled", {}}),
              ElementsAre(R"(lifecycle  {"event":"interrupted","graph_name":"g"})"));
  V2Projection other{"r2", "g", {}};
  RunOutcome outcome;
  outcome.end = RunEnd::kInterrupted;
  std::vector<V2Event> events;
  other.ended(outcome, std::nullopt, events);
  EXPECT_EQ(events.back().own_id, "synth:r2:interrupted");
}

TEST_F(V2ProjectionTest, ARunThatFailsBeforeItsFirstEventStillBegins) {
  EXPECT_THAT(end(RunEnd::kError, Error{ErrorCode::kInvalid, "no", {}}),
              ElementsAre(R"(lifecycle  {"event":"running","graph_name":"g"})",
                          R"(lifecycle  {"event":"failed","graph_name":"g","error":"no"})"));
}

TEST_F(V2ProjectionTest, ARunPutOutOfTheQueueOnlyEnds) {
  EXPECT_THAT(end(RunEnd::kCancelled), ElementsAre(R"(lifecycle  {"event":"interrupted","graph_name":"g"})"));
}

TEST_F(V2ProjectionTest, ARefusedStrictAnswerNamesTheInterrupts) {
  RunOutcome outcome;
  outcome.end = RunEnd::kRefused;
  outcome.error = Error{ErrorCode::kInvalid, "no interrupt x", "UnknownInterruptError"};
  std::vector<V2Event> events;
  V2Projection answer{"r", "g", {"x"}};
  answer.ended(outcome, V2Refusal{{"x"}, {"y"}}, events);
  EXPECT_THAT(lines(events),
              ElementsAre(R"(lifecycle  {"event":"running","graph_name":"g"})",
                          R"(lifecycle  {"event":"failed","graph_name":"g","error":"no interrupt x",)"
                          R"("reason":"unknown_interrupt","interrupt_ids":["x"],"pending_ids":["y"]})"));
}

TEST_F(V2ProjectionTest, AnAnswerSaysWhatItAnswers) {
  V2Projection answer{"r", "g", {"i1"}};
  std::vector<V2Event> events;
  answer.see({1, "metadata", "{}", 0, ""}, events);
  EXPECT_THAT(lines(events), ElementsAre(R"(lifecycle  {"event":"running","graph_name":"g"})",
                                         R"(input.answered  {"interrupt_ids":["i1"]})"));
}

// ---- Steps ----

TEST_F(V2ProjectionTest, ACheckpointStandsDirectlyBeforeItsValues) {
  (void)begin();
  EXPECT_THAT(see("checkpoints", R"({"checkpoint":{"checkpoint_id":"c0"},"parent_checkpoint":null,)"
                                 R"("metadata":{"step":-1,"source":"input"}})"),
              IsEmpty());
  EXPECT_THAT(
      see("checkpoints", R"({"checkpoint":{"checkpoint_id":"c1"},"parent_checkpoint":{"checkpoint_id":"c0"},)"
                         R"("metadata":{"step":0,"source":"loop"}})"),
      IsEmpty());
  EXPECT_THAT(
      see("values", "{}"),
      ElementsAre(R"(checkpoints  {"id":"c1","parent_id":"c0","step":0,"source":"loop"})", "values  {}"));
  EXPECT_THAT(see("values", "{}"), ElementsAre("values  {}"));
}

TEST_F(V2ProjectionTest, AnUpdateNamesItsNodeTwice) {
  (void)begin();
  EXPECT_THAT(see("updates", R"({"one":{"a":1}})"), ElementsAre(R"(updates  @one {"one":{"a":1}})"));
  EXPECT_THAT(see("updates", R"({"__interrupt__":[]})"), IsEmpty());
}

TEST_F(V2ProjectionTest, AskingComesLastAndOnlyOnce) {
  (void)begin();
  const auto* result =
      R"({"id":"t","name":"ask","result":{},"interrupts":[{"id":"i","value":{"q":1}}],"error":null})";
  EXPECT_THAT(see("tasks", result), ElementsAre("tasks  " + std::string(result)));
  EXPECT_THAT(see("values", R"({"a":1,"__interrupt__":[{"id":"i","value":{"q":1}}]})"), IsEmpty());
  EXPECT_THAT(end(RunEnd::kInterrupted, {}, R"({"__interrupt__":[{"id":"i","value":{"q":1}}]})"),
              ElementsAre(R"(input.requested  {"interrupt_id":"i","payload":{"q":1},"value":{"q":1}})",
                          R"(lifecycle  {"event":"interrupted","graph_name":"g"})"));
}

TEST_F(V2ProjectionTest, OtherModesOfTheSameRunAreNotShown) {
  (void)begin();
  for (const auto* name : {"messages/partial", "messages/metadata", "debug", "events", "error", "end"}) {
    EXPECT_THAT(see(name, "{}"), IsEmpty()) << name;
  }
}

// ---- Graphs inside graphs ----

TEST_F(V2ProjectionTest, AGraphInsideStartsWithItsFirstWordAndEndsWithItsParentsTask) {
  (void)begin();
  EXPECT_THAT(
      see("values", "{}", "child:t1"),
      ElementsAre(R"(lifecycle child:t1 {"event":"started","graph_name":"child"})", "values child:t1 {}"));
  EXPECT_THAT(see("values", "{}", "child:t1|inner:t2"),
              ElementsAre(R"(lifecycle child:t1|inner:t2 {"event":"started","graph_name":"inner"})",
                          "values child:t1|inner:t2 {}"));
  const auto* result = R"({"id":"t1","name":"child","result":{},"interrupts":[],"error":null})";
  EXPECT_THAT(see("tasks", result),
              ElementsAre("tasks  " + std::string(result),
                          R"(lifecycle child:t1|inner:t2 {"event":"completed","graph_name":"inner"})",
                          R"(lifecycle child:t1 {"event":"completed","graph_name":"child"})"));
  EXPECT_EQ(projection_.tree_json(),
            R"({"namespace":[],"status":"running","graph_name":"g","children":[{"namespace":["child:t1"],)"
            R"("status":"completed","graph_name":"child","children":[{"namespace":["child:t1","inner:t2"],)"
            R"("status":"completed","graph_name":"inner"}]}]})");
}

TEST_F(V2ProjectionTest, AQuestionBelongsToTheGraphThatAsks) {
  (void)begin();
  (void)see("tasks",
            R"({"id":"t2","name":"ask","result":{},"interrupts":[{"id":"i","value":1}],"error":null})",
            "child:t1");
  const auto parent = see(
      "tasks", R"({"id":"t1","name":"child","result":{},"interrupts":[{"id":"i","value":1}],"error":null})");
  EXPECT_EQ(parent.back(), R"(lifecycle child:t1 {"event":"interrupted","graph_name":"child"})");
  EXPECT_EQ(end(RunEnd::kInterrupted).front(),
            R"(input.requested child:t1 {"interrupt_id":"i","payload":1,"value":1})");
}

TEST_F(V2ProjectionTest, GraphsStillOpenEndWithTheRunBeforeIt) {
  (void)begin();
  (void)see("values", "{}", "child:t1");
  EXPECT_THAT(end(RunEnd::kCancelled),
              ElementsAre(R"(lifecycle child:t1 {"event":"interrupted","graph_name":"child"})",
                          R"(lifecycle  {"event":"interrupted","graph_name":"g"})"));
}

// ---- Tools and custom events ----

TEST_F(V2ProjectionTest, ToolCallsHaveTheProtocolsWords) {
  (void)begin();
  EXPECT_THAT(
      see("tools", R"({"event":"on_tool_start","toolCallId":"c","name":"add","input":{"a":1}})"),
      ElementsAre(R"(tools  {"event":"tool-started","tool_call_id":"c","tool_name":"add","input":{"a":1}})"));
  EXPECT_THAT(
      see("tools", R"({"event":"on_tool_event","toolCallId":"c","name":"add","data":"x"})"),
      ElementsAre(
          R"(tools  {"event":"tool-output-delta","tool_call_id":"c","tool_name":"add","delta":"x"})"));
  EXPECT_THAT(
      see("tools", R"({"event":"on_tool_end","toolCallId":"c","name":"add","output":2})"),
      ElementsAre(R"(tools  {"event":"tool-finished","tool_call_id":"c","tool_name":"add","output":2})"));
  EXPECT_THAT(
      see("tools", R"({"event":"on_tool_error","toolCallId":"c","name":"add","error":{"message":"no"}})"),
      ElementsAre(R"(tools  {"event":"tool-error","tool_call_id":"c","tool_name":"add","message":"no"})"));
}

TEST_F(V2ProjectionTest, TheToolThatHandsOutTasksSpeaksFromItsOwnNamespace) {
  (void)begin();
  (void)see("tasks", R"({"id":"t7","name":"tools","input":{},"triggers":[],"interrupts":[]})");
  EXPECT_THAT(
      see("tools", R"({"event":"on_tool_start","toolCallId":"c","name":"task"})"),
      ElementsAre(R"(tools tools:t7 {"event":"tool-started","tool_call_id":"c","tool_name":"task"})"));
}

TEST_F(V2ProjectionTest, ASubAgentThatReportsItsTaskItselfIsThereAlready) {
  (void)begin();
  (void)see("values", "{}", "tools:t7");
  EXPECT_THAT(
      see("tools", R"({"event":"on_tool_start","toolCallId":"c","name":"task"})", "tools:t7"),
      ElementsAre(R"(tools tools:t7 {"event":"tool-started","tool_call_id":"c","tool_name":"task"})"));
}

TEST_F(V2ProjectionTest, CustomEventsSuitBothDialects) {
  (void)begin();
  EXPECT_THAT(see("custom", R"({"progress":1})"),
              ElementsAre(R"(custom  {"progress":1,"payload":{"progress":1}})"));
  EXPECT_THAT(see("custom", R"({"name":"n","x":1})"),
              ElementsAre(R"(custom  {"name":"n","x":1,"payload":{"x":1}})"));
  EXPECT_THAT(see("custom", R"({"name":"n","payload":7})"),
              ElementsAre(R"(custom  {"name":"n","payload":7})"));
  EXPECT_THAT(see("custom", "3"), ElementsAre(R"(custom  {"payload":3})"));
}

// ---- Messages ----

std::string chunk(const std::string& message, const std::string& task = "t") {
  return "[" + message + R"(,{"langgraph_node":"n","langgraph_checkpoint_ns":"n:)" + task + "\"}]";
}

TEST_F(V2ProjectionTest, ChunksBecomeBlocksThatEndWithTheTask) {
  (void)begin();
  const std::string ids = R"("id":"m","run_id":"m")";
  const auto start = see("messages", chunk(R"({"id":"m","type":"AIMessageChunk","content":"He"})"));
  EXPECT_THAT(
      start,
      ElementsAre("messages  @n {\"event\":\"message-start\"," + ids +
                      R"(,"role":"ai","metadata":{"langgraph_node":"n","langgraph_checkpoint_ns":"n:t"}})",
                  "messages  @n {\"event\":\"content-block-start\"," + ids +
                      R"(,"index":0,"content":{"type":"text","text":""}})",
                  "messages  @n {\"event\":\"content-block-delta\"," + ids +
                      R"(,"index":0,"delta":{"type":"text-delta","text":"He"}})"));
  (void)see("messages",
            chunk(R"({"id":"m","type":"AIMessageChunk","content":"y","usage_metadata":{"input_tokens":1}})"));
  const auto finish = see("tasks", R"({"id":"t","name":"n","result":{},"interrupts":[],"error":null})");
  EXPECT_EQ(finish.at(0), "messages  @n {\"event\":\"content-block-finish\"," + ids +
                              R"(,"index":0,"content":{"type":"text","text":"Hey"}})");
  EXPECT_EQ(finish.at(1), "messages  @n {\"event\":\"message-finish\"," + ids +
                              R"(,"reason":"stop","usage":{"input_tokens":1}})");
  EXPECT_THAT(see("messages", chunk(R"({"id":"m","type":"ai","content":"Hey"})")), IsEmpty())
      << "shown already";
}

TEST_F(V2ProjectionTest, ToolArgumentsStreamAndAreReadAtTheEnd) {
  (void)begin();
  (void)see("messages", chunk(R"({"id":"m","type":"AIMessageChunk","content":"use it",)"
                              R"("tool_call_chunks":[{"index":0,"id":"c","name":"add","args":"{\"a\""}]})"));
  (void)see(
      "messages",
      chunk(
          R"({"id":"m","type":"AIMessageChunk","content":"","tool_call_chunks":[{"index":0,"args":":1}"}]})"));
  const auto finish = see("tasks", R"({"id":"t","name":"n","result":{},"interrupts":[],"error":null})");
  EXPECT_EQ(finish.at(0), R"(messages  @n {"event":"content-block-finish","id":"m","run_id":"m","index":1,)"
                          R"("content":{"type":"tool_call","id":"c","name":"add","args":{"a":1}}})");
}

TEST_F(V2ProjectionTest, MessagesOfTwoTasksDoNotMix) {
  (void)begin();
  (void)see("messages", chunk(R"({"id":"m1","type":"ai","content":"one"})", "t1"));
  (void)see("messages", chunk(R"({"id":"m2","type":"ai","content":"two"})", "t2"));
  const auto first = see("tasks", R"({"id":"t1","name":"n","result":{},"interrupts":[],"error":null})");
  ASSERT_EQ(first.size(), 3U);
  EXPECT_THAT(first.at(0), testing::HasSubstr(R"("id":"m1")"));
  EXPECT_THAT(first.at(0), testing::HasSubstr(R"("text":"one")"));
}

TEST_F(V2ProjectionTest, AMessageBrokenOffIsAnError) {
  (void)begin();
  (void)see("messages", chunk(R"({"id":"m","type":"AIMessageChunk","content":"He"})"));
  const auto result =
      see("tasks",
          R"({"id":"t","name":"n","result":{},"interrupts":[],"error":{"message":"kaboom","name":"E"}})");
  EXPECT_EQ(result.front(), R"(messages  @n {"event":"error","id":"m","run_id":"m","message":"kaboom"})");
}

TEST_F(V2ProjectionTest, WhatPeopleAndToolsSayIsNoChatToken) {
  (void)begin();
  EXPECT_THAT(see("messages", chunk(R"({"id":"m","type":"tool","content":"4"})")), IsEmpty());
  EXPECT_THAT(see("messages", chunk(R"({"id":"h","type":"human","content":"hi"})")), IsEmpty());
  EXPECT_THAT(see("messages", "no json"), IsEmpty());
}

// ---- States ----

TEST(V2Values, LeavesOutInterruptsAndWhatMessagesDoNotSay) {
  const auto shown =
      v2_values(R"({"messages":[{"type":"ai","content":"x","id":"m","additional_kwargs":{"k":1},)"
                R"("response_metadata":{},"tool_calls":[{"id":"c"}],"name":null}],"n":[{"type":"other"}],)"
                R"("__interrupt__":[{"id":"i"}]})");
  EXPECT_EQ(
      shown.json,
      R"({"messages":[{"type":"ai","content":"x","id":"m","tool_calls":[{"id":"c"}]}],"n":[{"type":"other"}]})");
  EXPECT_EQ(shown.interrupts, R"([{"id":"i"}])");
  EXPECT_EQ(v2_values("[1]").json, "[1]");
}

// ---- Filters ----

V2Filter filter(const std::string& json) {
  const auto document = parse_json(json);
  auto made = V2Filter::from_json(*document, V2Filter::Unknown::kRefused);
  EXPECT_TRUE(made) << json;
  return *made;
}
bool shows(const std::string& json, const std::string& method, const Namespace& ns,
           const std::string& name = "") {
  return filter(json).shows({method, ns, "{}", {}, name});
}

TEST(V2Filter, ChoosesByChannel) {
  EXPECT_TRUE(shows(R"({"channels":["values"]})", "values", {"a:1"}));
  EXPECT_FALSE(shows(R"({"channels":["values"]})", "updates", {}));
  EXPECT_TRUE(shows(R"({"channels":["input"]})", "input.requested", {}));
  EXPECT_TRUE(shows(R"({"channels":["input"]})", "input.answered", {}));
  EXPECT_TRUE(shows(R"({"channels":["custom"]})", "custom", {}, "n"));
  EXPECT_TRUE(shows(R"({"channels":["custom:n"]})", "custom", {}, "n"));
  EXPECT_FALSE(shows(R"({"channels":["custom:n"]})", "custom", {}, "m"));
  EXPECT_FALSE(shows(R"({"channels":["custom:n"]})", "custom", {}));
}

TEST(V2Filter, ChoosesByNamespacePrefixAndDepth) {
  const std::string child = R"({"channels":["values"],"namespaces":[["child"]]})";
  EXPECT_TRUE(shows(child, "values", {"child:1"}));
  EXPECT_TRUE(shows(child, "values", {"child:2", "inner:3"}));
  EXPECT_FALSE(shows(child, "values", {}));
  EXPECT_FALSE(shows(child, "values", {"children:1"}));
  const std::string one = R"({"channels":["values"],"namespaces":[["child:1"]],"depth":0})";
  EXPECT_TRUE(shows(one, "values", {"child:1"}));
  EXPECT_FALSE(shows(one, "values", {"child:2"}));
  EXPECT_FALSE(shows(one, "values", {"child:1", "inner:3"}));
  const std::string root = R"({"channels":["values"],"namespaces":[[]],"depth":0})";
  EXPECT_TRUE(shows(root, "values", {}));
  EXPECT_FALSE(shows(root, "values", {"child:1"}));
}

TEST(V2Filter, RefusesWhatItCannotMean) {
  for (const auto* wrong : {"{}", R"({"channels":[]})", R"({"channels":"values"})", R"({"channels":[1]})",
                            R"({"channels":["zzz"]})", R"({"channels":["values"],"namespaces":["a"]})",
                            R"({"channels":["values"],"depth":-1})", "[]"}) {
    EXPECT_FALSE(V2Filter::from_json(*parse_json(wrong), V2Filter::Unknown::kRefused)) << wrong;
  }
  EXPECT_TRUE(V2Filter::from_json(*parse_json(R"({"channels":["zzz"]})"), V2Filter::Unknown::kIgnored));
}

}  // namespace
}  // namespace agenthost::services
