// Graphs inside graphs: a loop of their own, seen from outside as one task.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using test::RunTest;
using test::writes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// p1, then child (inner_a, inner_ask), then p2; `secret` is the child's own.
std::string parent(const std::string& child_more = "") {
  return R"({"graph_id":"g","channels":[{"name":"foo","reducer":"append"},{"name":"answer"}],
    "nodes":[{"name":"p1"},{"name":"p2"},{"name":"child","subgraph":{
      "channels":[{"name":"foo","reducer":"append"},{"name":"answer"},{"name":"secret"}],
      "nodes":[{"name":"inner_a"},{"name":"inner_ask"}],
      "edges":[["__start__","inner_a"],["inner_a","inner_ask"]])" +
         child_more + R"(}}],
    "edges":[["__start__","p1"],["p1","child"],["child","p2"]]})";
}

class SubgraphTest : public RunTest {
 protected:
  void SetUp() override {
    nodes_.nodes = {{"p1", writes(R"({"foo":"p1"})")},
                    {"p2", writes(R"({"foo":"p2"})")},
                    {"child:inner_a",
                     [this](const NodeCall&, const auto& sink) {
                       ++runs_of_inner_a_;
                       sink->emit(TaskSink::Channel::kCustom, R"({"progress":1})");
                       sink->done(test::wrote(R"({"foo":"inner_a","secret":1})"));
                     }},
                    {"child:inner_ask", [](const NodeCall& call, const auto& sink) {
                       if (call.answers.empty()) return sink->done(NodeInterrupted{make_blob("\"inner?\"")});
                       sink->done(test::wrote(R"({"answer":)" + *call.answers[0] + "}"));
                     }}};
  }
  RunSpec shown(RunInput with) {
    auto run = spec(parent(), std::move(with));
    run.subgraphs = Subgraphs::kShown;
    return run;
  }
  RunSpec again(const RunResult& before, RunInput with) {
    auto run = shown(std::move(with));
    run.thread_id = before.checkpoint->thread_id;
    run.from = checkpointer_.latest();
    return run;
  }

  int runs_of_inner_a_ = 0;
};

TEST_F(SubgraphTest, StopsThroughTheGraphAroundItAndGoesOnInside) {
  const auto first = play(shown(input(R"({"foo":["in"]})")));
  ASSERT_EQ(first.end, RunEnd::kInterrupted);
  const auto& task = first.checkpoint->tasks.at(0);
  EXPECT_EQ(task.node, "child");
  ASSERT_EQ(task.interrupts.size(), 1U);
  const auto ns = "child:" + task.id;
  const auto asked = R"([{"id":")" + task.interrupts[0].id + R"(","value":"inner?"}])";
  EXPECT_THAT(events(), testing::IsSupersetOf(std::vector<std::string>{
                            R"(values {"foo":["in","p1"]})", "values|" + ns + R"( {"foo":["in","p1"]})",
                            "updates|" + ns + R"( {"inner_a":{"foo":["inner_a"],"secret":1}})",
                            "updates|" + ns + R"( {"__interrupt__":)" + asked + "}",
                            R"(updates {"__interrupt__":)" + asked + "}"}));

  const auto second = play(again(first, Command{{{task.interrupts[0].id, make_blob("\"yes\"")}}}));
  EXPECT_EQ(second.end, RunEnd::kSuccess);
  // The child's whole list is its update, and this channel's reducer adds.
  EXPECT_EQ(values_json(*second.checkpoint),
            R"({"foo":["in","p1","in","p1","inner_a","p2"],"answer":"yes"})");
  EXPECT_EQ(runs_of_inner_a_, 1);
}

TEST_F(SubgraphTest, KeepsCheckpointsOfItsOwnThatNameTheOnesAround) {
  const auto result = play(shown(input(R"({"foo":[]})")));
  const auto ns = "child:" + result.checkpoint->tasks.at(0).id;
  std::vector<models::Checkpoint> inner;
  for (const auto& checkpoint : checkpointer_.all()) {
    if (checkpoint.checkpoint_ns == ns) inner.push_back(checkpoint);
  }
  ASSERT_EQ(inner.size(), 3U);  // -1, 0 and behind inner_a
  EXPECT_EQ(inner.back().step, 1);
  EXPECT_THAT(inner.back().metadata,
              HasSubstr(R"("parents":{"":")" + result.checkpoint->checkpoint_id + R"("})"));
}

TEST_F(SubgraphTest, ToldToNobodyItStillTellsCustomEventsAndTheQuestion) {
  auto run = spec(parent(), input(R"({"foo":[]})"));
  run.stream_modes = only(StreamMode::kUpdates) | only(StreamMode::kCustom);
  (void)play(std::move(run));
  ASSERT_EQ(events().size(), 3U);
  EXPECT_EQ(events()[0], R"(updates {"p1":{"foo":["p1"]}})");
  EXPECT_THAT(events()[1], StartsWith("custom|child:"));
  EXPECT_THAT(events()[2], StartsWith(R"(updates {"__interrupt__":[{)"));
}

TEST_F(SubgraphTest, ABreakpointInsideStopsTheWholeRunUntilItContinues) {
  nodes_.nodes["child:inner_ask"] = writes(R"({"answer":1})");
  auto run = spec(parent(R"(,"interrupt_before":["inner_ask"])"), input(R"({"foo":[]})"));
  const auto first = play(run);
  ASSERT_EQ(first.end, RunEnd::kInterrupted);
  EXPECT_TRUE(first.checkpoint->tasks.at(0).interrupts.empty());
  EXPECT_EQ(seen_.back(), R"(updates {"__interrupt__":[]})");
  run.input = Continue{};
  run.from = checkpointer_.latest();
  const auto second = play(run);
  EXPECT_EQ(second.end, RunEnd::kSuccess);
  EXPECT_THAT(values_json(*second.checkpoint), HasSubstr(R"("answer":1)"));
  EXPECT_EQ(runs_of_inner_a_, 1);
}

TEST_F(SubgraphTest, AnErrorInsideFailsTheRunWithThatError) {
  nodes_.nodes["child:inner_ask"] = [](const NodeCall&, const auto& sink) {
    sink->done(Error{ErrorCode::kInternal, "kaboom", "TypeError"});
  };
  const auto result = play(shown(input("{}")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(error_kind(*result.error), "TypeError");
  ASSERT_TRUE(result.checkpoint->tasks.at(0).error);
}

TEST_F(SubgraphTest, CancelReachesTheNodeInside) {
  std::promise<std::shared_ptr<TaskSink>> waiting;
  nodes_.nodes["child:inner_ask"] = [&](const NodeCall&, const auto& sink) { waiting.set_value(sink); };
  std::shared_ptr<TaskSink> sink;
  nodes_.on_cancel = [&](auto, auto&) {
    if (sink) sink->done(Error{ErrorCode::kCancelled, "stopped"});
  };
  const auto run = launch(shown(input("{}")));
  sink = waiting.get_future().get();
  run->cancel(CancelReason::kUser);
  EXPECT_EQ(finish().end, RunEnd::kCancelled);
  sink.reset();
}

TEST_F(SubgraphTest, ACommandToTheParentEndsTheChildAndLeadsTheParentOn) {
  nodes_.nodes["child:inner_a"] = [](const NodeCall&, const auto& sink) {
    sink->done(NodeUpdate{{}, make_blob(R"({"graph":"__parent__","update":{"answer":"up"},"goto":"p2"})")});
  };
  const auto result = play(shown(input(R"({"foo":[]})")));
  EXPECT_EQ(result.end, RunEnd::kSuccess);
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["p1","p2"],"answer":"up"})");
}

TEST_F(SubgraphTest, MessagesAreToldOnceAlthoughTheParentGetsTheWholeList) {
  const std::string talks = R"("channels":[{"name":"messages","reducer":"messages"}])";
  nodes_.nodes["child:say"] = writes(R"({"messages":[{"id":"m2","type":"ai","content":"hello"}]})");
  auto run = spec(
      R"({"graph_id":"g",)" + talks + R"(,"nodes":[{"name":"child","subgraph":{)" + talks +
          R"(,"nodes":[{"name":"say"}],"edges":[["__start__","say"]]}}],"edges":[["__start__","child"]]})",
      input(R"({"messages":[{"id":"m1","type":"human","content":"hi"}]})"));
  run.stream_modes = only(StreamMode::kMessagesTuple);
  (void)play(std::move(run));
  ASSERT_EQ(events().size(), 1U);
  EXPECT_THAT(events()[0], HasSubstr(R"("id":"m2")"));
}

TEST_F(SubgraphTest, OneOfTwoQuestionsInsideMayBeAnsweredFirst) {
  const auto ask = [](const NodeCall& call, const auto& sink) {
    if (call.answers.empty()) return sink->done(NodeInterrupted{make_blob(quote(call.node->name))});
    sink->done(test::wrote(R"({"foo":)" + *call.answers[0] + "}"));
  };
  nodes_.nodes = {{"child:a", ask}, {"child:b", ask}};
  const std::string graph =
      R"({"graph_id":"g","channels":[{"name":"foo","reducer":"append"}],"nodes":[{"name":"child","subgraph":{
      "channels":[{"name":"foo","reducer":"append"}],"nodes":[{"name":"a"},{"name":"b"}],
      "edges":[["__start__","a"],["__start__","b"]]}}],"edges":[["__start__","child"]]})";
  const auto first = play(spec(graph, input("{}")));
  const auto questions = first.checkpoint->tasks.at(0).interrupts;
  ASSERT_EQ(questions.size(), 2U);
  EXPECT_NE(questions[0].id, questions[1].id);
  auto next = spec(graph, Command{{{questions[1].id, make_blob("\"B\"")}}});
  next.from = checkpointer_.latest();
  const auto second = play(std::move(next));
  ASSERT_EQ(second.end, RunEnd::kInterrupted);
  const auto left = second.checkpoint->tasks.at(0).interrupts;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].id, questions[0].id);
  auto last = spec(graph, Command{{{questions[0].id, make_blob("\"A\"")}}});
  last.from = checkpointer_.latest();
  EXPECT_EQ(values_json(*play(std::move(last)).checkpoint), R"({"foo":["A","B"]})");
}

TEST_F(SubgraphTest, ABranchFromItsQuestionGoesOnInsideFromThereAndLeavesTheOtherWay) {
  const auto first = play(shown(input(R"({"foo":["in"]})")));
  const auto asked = checkpointer_.latest();
  const auto id = asked.tasks.at(0).interrupts.at(0).id;
  const auto one_way = play(again(first, Command{{{id, make_blob("\"one\"")}}}));
  ASSERT_EQ(one_way.end, RunEnd::kSuccess);
  EXPECT_THAT(values_json(*one_way.checkpoint), HasSubstr(R"("answer":"one")"));

  const auto all = checkpointer_.all();
  const auto past = std::find_if(all.begin(), all.end(), [&](const models::Checkpoint& one) {
    return one.checkpoint_id == asked.checkpoint_id;
  });
  ASSERT_TRUE(past->tasks.at(0).result);
  auto branch = again(first, Command{{{id, make_blob("\"other\"")}}});
  branch.from = reopened(*past);
  branch.origin = Origin::kChosen;
  const auto other_way = play(std::move(branch));
  ASSERT_EQ(other_way.end, RunEnd::kSuccess);
  EXPECT_THAT(values_json(*other_way.checkpoint), HasSubstr(R"("answer":"other")"));
  EXPECT_EQ(runs_of_inner_a_, 1);  // it had run before the question
  EXPECT_THAT(events(), testing::Contains(HasSubstr(R"(updates|child:)")));
}

}  // namespace
}  // namespace agenthost::runtime
