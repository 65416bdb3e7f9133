#include "host/runtime/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using test::RunTest;

using test::describe;
using test::kChain;
using test::writes;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(RunTest, RunsAChainAndSavesACheckpointPerSuperstep) {
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}, {"two", writes(R"({"foo":["two"],"answer":1})")}};
  const auto result = play(spec(kChain, input(R"({"foo":["in"],"unknown":1})")));
  EXPECT_EQ(result.end, RunEnd::kSuccess);
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["in","one","two"],"answer":1})");
  EXPECT_THAT(events(),
              ElementsAre(R"(values {"foo":["in"]})", R"(updates {"one":{"foo":["one"]}})",
                          R"(values {"foo":["in","one"]})", R"(updates {"two":{"foo":["two"],"answer":1}})",
                          R"(values {"foo":["in","one","two"],"answer":1})"));
  const auto saved = checkpointer_.all();
  ASSERT_EQ(saved.size(), 4U);
  EXPECT_EQ(saved[0].source, "input");
  EXPECT_EQ(saved[0].step, -1);
  EXPECT_EQ(saved[0].tasks[0].node, "__start__");
  EXPECT_EQ(saved[1].step, 0);
  EXPECT_EQ(saved[1].tasks[0].node, "one");
  EXPECT_EQ(saved[3].step, 2);
  EXPECT_TRUE(saved[3].tasks.empty());
  for (std::size_t i = 1; i < saved.size(); ++i) EXPECT_EQ(saved[i].parent_id, saved[i - 1].checkpoint_id);
}

TEST_F(RunTest, RunsParallelNodesInOneSuperstepAndMergesInTheOrderOfTheirNames) {
  nodes_.nodes = {{"a", writes(R"({"foo":"a"})")}, {"b", writes(R"({"foo":"b"})")}, {"end", writes("{}")}};
  const auto graph = describe(R"([{"name":"a"},{"name":"b"},{"name":"end"}])",
                              R"([["__start__","b"],["__start__","a"],["a","end"],["b","end"]])");
  const auto result = play(spec(graph, input(R"({"foo":[]})")));
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["a","b"]})");
  EXPECT_EQ(result.checkpoint->step, 2);  // `end` ran once although two nodes lead to it
}

TEST_F(RunTest, RefusesTwoWritesToAPlainChannelInOneSuperstep) {
  nodes_.nodes = {{"a", writes(R"({"answer":1})")}, {"b", writes(R"({"answer":2})")}};
  const auto graph = describe(R"([{"name":"a"},{"name":"b"}])", R"([["__start__","b"],["__start__","a"]])");
  const auto result = play(spec(graph, input("{}")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "InvalidUpdateError");
  EXPECT_THAT(result.error->text, HasSubstr("At key 'answer'"));
}

TEST_F(RunTest, FollowsAConditionalEdgeThroughACycleUntilItEnds) {
  nodes_.nodes = {{"one", writes(R"({"foo":"x"})")}};
  nodes_.routes["again"] = [](const std::string& state) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{state == R"({"foo":["x","x","x"]})" ? "__end__" : "one"};
  };
  const auto graph = describe(R"([{"name":"one"}])", R"([["__start__","one"]])",
                              R"([{"from":"one","name":"again","targets":["one","__end__"]}])");
  const auto result = play(spec(graph, input(R"({"foo":[]})")));
  EXPECT_EQ(result.end, RunEnd::kSuccess);
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["x","x","x"]})");
}

TEST_F(RunTest, StopsAtTheRecursionLimitWithTheStateKept) {
  nodes_.nodes = {{"one", writes(R"({"foo":"x"})")}};
  auto endless = spec(describe(R"([{"name":"one"}])", R"([["__start__","one"],["one","one"]])"), input("{}"));
  endless.recursion_limit = 3;
  const auto result = play(std::move(endless));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "GraphRecursionError");
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["x","x","x"]})");
}

TEST_F(RunTest, AsksAHumanAndRunsTheNodeAgainWithTheAnswer) {
  nodes_.nodes = {{"one",
                   [](const NodeCall& call, const auto& sink) {
                     if (call.answers.empty())
                       return sink->done(NodeInterrupted{make_blob(R"({"question":"ok?"})")});
                     sink->done(test::wrote(R"({"answer":)" + *call.answers[0] + "}"));
                   }},
                  {"two", writes(R"({"foo":"two"})")}};
  const auto first = play(spec(kChain, input(R"({"foo":["in"]})")));
  ASSERT_EQ(first.end, RunEnd::kInterrupted);
  const auto task = first.checkpoint->tasks.at(0);
  ASSERT_EQ(task.interrupts.size(), 1U);
  const auto id = task.interrupts[0].id;
  EXPECT_EQ(id.size(), 32U);
  const auto shown = R"([{"id":")" + id + R"(","value":{"question":"ok?"}}])";
  EXPECT_THAT(events(), ElementsAre(R"(values {"foo":["in"]})", R"(updates {"__interrupt__":)" + shown + "}",
                                    R"(values {"foo":["in"],"__interrupt__":)" + shown + "}"));

  auto again = spec(kChain, Command{{{id, make_blob("\"yes\"")}}});
  again.from = checkpointer_.all().back();
  const auto second = play(std::move(again));
  EXPECT_EQ(second.end, RunEnd::kSuccess);
  EXPECT_EQ(values_json(*second.checkpoint), R"({"foo":["in","two"],"answer":"yes"})");
  EXPECT_EQ(events().front(), R"(values {"foo":["in"]})");  // the state before, without the interrupt
}

TEST_F(RunTest, KeepsAFinishedSiblingsUpdateWhileTheOtherAsks) {
  int runs_of_b = 0;
  nodes_.nodes = {{"a",
                   [](const NodeCall& call, const auto& sink) {
                     if (call.answers.empty()) return sink->done(NodeInterrupted{make_blob("1")});
                     sink->done(test::wrote(R"({"foo":"a"})"));
                   }},
                  {"b", [&](const NodeCall&, const auto& sink) {
                     ++runs_of_b;
                     sink->done(test::wrote(R"({"foo":"b"})"));
                   }}};
  const auto graph = describe(R"([{"name":"a"},{"name":"b"}])", R"([["__start__","a"],["__start__","b"]])");
  const auto first = play(spec(graph, input(R"({"foo":[]})")));
  ASSERT_EQ(first.end, RunEnd::kInterrupted);
  auto again = spec(graph, Command{{{first.checkpoint->tasks.at(0).interrupts.at(0).id, make_blob("0")}}});
  again.from = checkpointer_.all().back();
  const auto second = play(std::move(again));
  EXPECT_EQ(values_json(*second.checkpoint), R"({"foo":["a","b"]})");
  EXPECT_EQ(runs_of_b, 1);
}

TEST_F(RunTest, StopsAtABreakpointAndContinuesBehindIt) {
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}, {"two", writes(R"({"foo":"two"})")}};
  auto stopping = spec(kChain, input(R"({"foo":[]})"));
  stopping.interrupt_before.nodes = {"two"};
  const auto first = play(std::move(stopping));
  ASSERT_EQ(first.end, RunEnd::kInterrupted);
  EXPECT_EQ(first.checkpoint->tasks.at(0).node, "two");
  EXPECT_EQ(seen_.back(), R"(updates {"__interrupt__":[]})");
  auto again = spec(kChain, Continue{});
  again.interrupt_before.nodes = {"two"};
  again.from = checkpointer_.all().back();
  EXPECT_EQ(values_json(*play(std::move(again)).checkpoint), R"({"foo":["one","two"]})");
}

TEST_F(RunTest, StopsAfterEveryNodeButNotAfterTheInput) {
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}, {"two", writes(R"({"foo":"two"})")}};
  auto stopping = spec(kChain, input(R"({"foo":["in"]})"));
  stopping.interrupt_after.all = true;
  const auto stopped = play(std::move(stopping));
  EXPECT_EQ(stopped.end, RunEnd::kInterrupted);
  EXPECT_EQ(values_json(*stopped.checkpoint), R"({"foo":["in","one"]})");
}

TEST_F(RunTest, FailsWithTheNodesErrorAndCanBeTriedAgain) {
  bool broken = true;
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")},
                  {"two", [&](const NodeCall&, const auto& sink) {
                     if (broken) return sink->done(Error{ErrorCode::kInternal, "kaboom", "TypeError"});
                     sink->done(test::wrote(R"({"foo":"two"})"));
                   }}};
  const auto first = play(spec(kChain, input(R"({"foo":[]})")));
  ASSERT_EQ(first.end, RunEnd::kError);
  EXPECT_EQ(first.error->text, "kaboom");
  const auto stored = checkpointer_.all().back();
  EXPECT_EQ(stored.tasks.at(0).node, "two");
  ASSERT_TRUE(stored.tasks.at(0).error);
  broken = false;
  auto again = spec(kChain, Continue{});
  again.from = stored;
  EXPECT_EQ(values_json(*play(std::move(again)).checkpoint), R"({"foo":["one","two"]})");
}

TEST_F(RunTest, ANodeThatIsDueAndGoneFromTheGraphEndsTheRun) {
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}};
  auto stopping = spec(kChain, input(R"({"foo":[]})"));
  stopping.interrupt_before.nodes = {"two"};
  ASSERT_EQ(play(std::move(stopping)).end, RunEnd::kInterrupted);
  const auto newer = describe(R"([{"name":"one"}])", R"([["__start__","one"],["one","__end__"]])");
  auto again = spec(newer, Continue{});
  again.from = checkpointer_.all().back();
  const auto result = play(std::move(again));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_THAT(result.error->text, HasSubstr("node two is due, and graph g has no such node any more"));
  EXPECT_EQ(result.checkpoint->tasks.at(0).node, "two");
}

TEST_F(RunTest, CancelReachesTheNodeAndEndsTheRun) {
  std::promise<std::shared_ptr<TaskSink>> waiting;
  nodes_.nodes = {{"one", [&](const NodeCall&, const auto& sink) { waiting.set_value(sink); }}};
  std::shared_ptr<TaskSink> sink;
  nodes_.on_cancel = [&](auto, auto&) { sink->done(Error{ErrorCode::kCancelled, "stopped"}); };
  const auto run = launch(spec(kChain, input(R"({"foo":["in"]})")));
  sink = waiting.get_future().get();
  run->cancel(CancelReason::kUser);
  run->cancel(CancelReason::kUser);
  const auto result = finish();
  EXPECT_EQ(result.end, RunEnd::kCancelled);
  EXPECT_EQ(result.checkpoint->tasks.at(0).node, "one");
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["in"]})");
}

TEST_F(RunTest, AbandonsANodeThatNeitherEndsNorHeedsItsDeadline) {
  limits_.cancel_grace = std::chrono::milliseconds(10);
  std::shared_ptr<TaskSink> kept;
  nodes_.nodes = {{"one", [&](const NodeCall&, const auto& sink) { kept = sink; }}};
  const auto graph = describe(R"([{"name":"one","timeout_ms":10}])", R"([["__start__","one"]])");
  const auto result = play(spec(graph, input("{}")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "NodeTimeoutError");
  EXPECT_EQ(result.error->text, "node \"one\" did not end within 10 ms");
  kept->done(test::wrote("{}"));  // late, and harmless
}

TEST_F(RunTest, EndsAsTimeoutWhenTheRunsOwnTimeIsUp) {
  limits_.cancel_grace = std::chrono::milliseconds(5);
  std::shared_ptr<TaskSink> kept;
  nodes_.nodes = {{"one", [&](const NodeCall&, const auto& sink) { kept = sink; }}};
  auto limited = spec(kChain, input("{}"));
  limited.timeout = std::chrono::milliseconds(10);
  EXPECT_EQ(play(std::move(limited)).end, RunEnd::kTimeout);
  kept.reset();
}

TEST_F(RunTest, AFailingTaskCancelsItsSiblingsAndKeepsTheFirstError) {
  std::shared_ptr<TaskSink> waiting;
  nodes_.nodes = {{"a", [&](const NodeCall&, const auto& sink) { waiting = sink; }},
                  {"b", [](const NodeCall&, const auto& sink) {
                     sink->done(Error{ErrorCode::kInternal, "boom"});
                   }}};
  nodes_.on_cancel = [&](auto, auto&) { waiting->done(Error{ErrorCode::kCancelled, "stopped"}); };
  const auto graph = describe(R"([{"name":"a"},{"name":"b"}])", R"([["__start__","a"],["__start__","b"]])");
  const auto result = play(spec(graph, input("{}")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(result.error->text, "boom");
}

TEST_F(RunTest, WithoutInputAThreadWithoutStateIsAnError) {
  const auto result = play(spec(kChain, Continue{}));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "EmptyInputError");
}

TEST_F(RunTest, InputThatIsNoObjectIsAnError) {
  const auto result = play(spec(kChain, input("[1]")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "InvalidUpdateError");
}

TEST_F(RunTest, ASyncRunGoesNoFurtherThanItsDisk) {
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}, {"two", writes("{}")}};
  checkpointer_.fail_with({ErrorCode::kUnavailable, "disk full"});
  auto careful = spec(kChain, input("{}"));
  careful.durability = Durability::kSync;
  const auto result = play(std::move(careful));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(result.error->text, "the checkpoint could not be saved: disk full");
}

TEST_F(RunTest, DurabilityExitSavesOnlyTheLastCheckpoint) {
  nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}, {"two", writes(R"({"foo":"two"})")}};
  auto last = spec(kChain, input("{}"));
  last.durability = Durability::kExit;
  (void)play(std::move(last));
  const auto saved = checkpointer_.all();
  ASSERT_EQ(saved.size(), 1U);
  EXPECT_EQ(saved[0].parent_id, "");
  EXPECT_EQ(values_json(saved[0]), R"({"foo":["one","two"]})");
}

TEST_F(RunTest, RefusesAStateThatGrowsBeyondItsLimit) {
  limits_.max_state_bytes = 100;
  nodes_.nodes = {{"one", writes("{\"answer\":\"" + std::string(200, 'x') + "\"}")}};
  const auto result = play(spec(kChain, input("{}")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "StateTooLargeError");
}

TEST_F(RunTest, StreamsMessagesOnceWholeOrInChunks) {
  nodes_.nodes = {
      {"one", [](const NodeCall&, const auto& sink) {
         sink->emit(TaskSink::Channel::kMessages, R"({"id":"m1","type":"AIMessageChunk","content":"he"})");
         sink->emit(TaskSink::Channel::kCustom, R"({"progress":1})");
         sink->done(test::wrote(
             R"({"messages":[{"id":"m1","type":"ai","content":"hello"},{"id":"m2","type":"ai","content":"x"}]})"));
       }}};
  auto talking = spec(R"({"graph_id":"g","channels":[{"name":"messages","reducer":"messages"}],
                          "nodes":[{"name":"one"}],"edges":[["__start__","one"]]})",
                      input(R"({"messages":"hi"})"));
  talking.stream_modes = only(StreamMode::kMessagesTuple) | only(StreamMode::kCustom);
  (void)play(std::move(talking));
  const auto shown = events();
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_THAT(shown[0], HasSubstr(R"(messages [{"id":"m1","type":"AIMessageChunk","content":"he"},{)"));
  EXPECT_THAT(shown[0], HasSubstr(R"("langgraph_node":"one")"));
  EXPECT_EQ(shown[1], R"(custom {"progress":1})");
  EXPECT_THAT(shown[2], HasSubstr(R"("id":"m2")"));
}

}  // namespace
}  // namespace agenthost::runtime
