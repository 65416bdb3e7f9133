// Sends, and commands: of nodes and of clients; branches from the past.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using test::describe;
using test::kChain;
using test::RunTest;
using test::writes;
using testing::ElementsAre;
using testing::HasSubstr;

class CommandTest : public RunTest {
 protected:
  static test::Script commands(std::string json) {
    return [json](const NodeCall&, const auto& sink) { sink->done(NodeUpdate{{}, make_blob(json)}); };
  }
  // Writes what it was given.
  static test::Script repeats() {
    return [](const NodeCall& call, const auto& sink) {
      sink->done(test::wrote(R"({"foo":[)" + *call.state + "]}"));
    };
  }
  static test::Script asks(const std::string& update) {
    return [update](const NodeCall& call, const auto& sink) {
      if (call.answers.empty()) return sink->done(NodeInterrupted{make_blob("\"?\"")});
      sink->done(test::wrote(update));
    };
  }
  // kChain, stopped in front of two, which asks.
  RunResult stopped() {
    nodes_.nodes = {{"one", writes(R"({"foo":"one"})")}, {"two", asks(R"({"foo":"two"})")}};
    return play(spec(kChain, input(R"({"foo":["in"]})")));
  }
  RunResult go_on(RunInput with) {
    auto again = spec(kChain, std::move(with));
    again.from = checkpointer_.latest();
    return play(std::move(again));
  }
};

TEST_F(CommandTest, AConditionalEdgeSendsEachItemToANodeOfItsOwn) {
  nodes_.nodes = {{"one", writes("{}")}, {"two", repeats()}};
  nodes_.json_routes["fan"] = [](const std::string&) {
    return R"([{"node":"two","input":1},{"node":"two","args":"x"},{"node":"two"}])";
  };
  const auto graph = describe(R"([{"name":"one"},{"name":"two"}])", R"([["__start__","one"]])",
                              R"([{"from":"one","name":"fan","targets":["two"]}])");
  const auto result = play(spec(graph, input(R"({"foo":[]})")));
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":[1,"x",null]})");
  const auto fanned = checkpointer_.all().at(2).tasks;
  ASSERT_EQ(fanned.size(), 3U);
  EXPECT_NE(fanned[0].id, fanned[1].id);
  EXPECT_EQ(*fanned[1].input, "\"x\"");
  EXPECT_EQ(*fanned[1].result, R"({"foo":["x"]})");  // kept with the checkpoint that the step left
}

TEST_F(CommandTest, ARouteToNowhereFailsTheRunAndSaysWhichEdge) {
  nodes_.nodes = {{"one", writes(R"({"foo":"x"})")}};
  nodes_.json_routes["lost"] = [](const std::string&) { return R"(["nowhere"])"; };
  const auto graph =
      describe(R"([{"name":"one"}])", R"([["__start__","one"]])", R"([{"from":"one","name":"lost"}])");
  const auto result = play(spec(graph, input(R"({"foo":["in"]})")));
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(result.error->text,
            "conditional edge \"lost\": leads to \"nowhere\", which is no node of this graph");
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["in"]})");  // nothing half applied
}

TEST_F(CommandTest, ANodesCommandWritesAndGoesWhereNoEdgeLeads) {
  nodes_.nodes = {{"one", commands(R"({"update":{"foo":"cmd"},"goto":["two",{"node":"two","input":7}]})")},
                  {"two", repeats()}};
  const auto graph = describe(R"([{"name":"one"},{"name":"two"}])", R"([["__start__","one"]])");
  const auto result = play(spec(graph, input(R"({"foo":[]})")));
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["cmd",{"foo":["cmd"]},7]})");
}

TEST_F(CommandTest, ACommandThatMakesNoSenseIsTheNodesError) {
  const auto graph = describe(R"([{"name":"one"}])", R"([["__start__","one"]])");
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"goto":"nowhere"})", "command: goto: leads to \"nowhere\""},
      {R"({"update":[1]})", "command: update: must be an object"},
      {R"({"graph":"__parent__"})", "inside no other"}};
  for (const auto& [command, problem] : cases) {
    nodes_.nodes = {{"one", commands(command)}};
    const auto result = play(spec(graph, input("{}")));
    ASSERT_EQ(result.end, RunEnd::kError) << command;
    EXPECT_EQ(error_kind(*result.error), "InvalidUpdateError");
    EXPECT_THAT(result.error->text, HasSubstr(problem));
  }
}

TEST_F(CommandTest, AClientsUpdateKeepsTheQuestionOpen) {
  const auto first = stopped();
  const auto second = go_on(Command{{}, make_blob(R"({"foo":["patched"]})")});
  EXPECT_EQ(second.end, RunEnd::kInterrupted);
  EXPECT_EQ(values_json(*second.checkpoint), R"({"foo":["in","one","patched"]})");
  EXPECT_EQ(second.checkpoint->tasks.at(0).interrupts.at(0).id,
            first.checkpoint->tasks.at(0).interrupts.at(0).id);
  EXPECT_EQ(second.checkpoint->source, "update");
}

TEST_F(CommandTest, AClientsGotoRunsTheNodeBesideTheOneThatWaits) {
  (void)stopped();
  const auto second = go_on(Command{{}, nullptr, make_blob("\"one\"")});
  ASSERT_EQ(second.end, RunEnd::kInterrupted);
  EXPECT_THAT(events(), testing::Contains(HasSubstr(R"(updates {"one":{"foo":["one"]}})")));
  EXPECT_EQ(second.checkpoint->tasks.size(), 2U);
  EXPECT_TRUE(second.checkpoint->tasks.at(1).result);  // kept until the other has its answer
  // What it wrote is shown, and is not in the checkpoint yet.
  EXPECT_EQ(values_json(*second.checkpoint), R"({"foo":["in","one","one"]})");
  EXPECT_THAT(events().back(), HasSubstr(R"(values {"foo":["in","one","one"],"__interrupt__")"));
  EXPECT_EQ(values_json(checkpointer_.latest()), R"({"foo":["in","one"]})");
}

TEST_F(CommandTest, AnAnswerTogetherWithAnUpdateReachesTheNode) {
  const auto first = stopped();
  const auto id = first.checkpoint->tasks.at(0).interrupts.at(0).id;
  const auto second = go_on(Command{{{id, make_blob("1")}}, make_blob(R"([["foo","patched"]])")});
  EXPECT_EQ(second.end, RunEnd::kSuccess);
  EXPECT_EQ(values_json(*second.checkpoint), R"({"foo":["in","one","patched","two"]})");
}

TEST_F(CommandTest, AnAnswerToNobodyChangesNothing) {
  (void)stopped();
  const auto second = go_on(Command{{{"no such interrupt", make_blob("1")}}});
  EXPECT_EQ(second.end, RunEnd::kInterrupted);
  EXPECT_EQ(values_json(*second.checkpoint), R"({"foo":["in","one"]})");
}

TEST_F(CommandTest, ARunFromAPastCheckpointBranchesThere) {
  (void)stopped();
  const auto past = checkpointer_.all().at(1);
  ASSERT_EQ(past.tasks.at(0).node, "one");
  auto branch = spec(kChain, Continue{});
  branch.from = past;
  branch.from->tasks.at(0).result = nullptr;
  branch.origin = Origin::kChosen;
  const auto result = play(std::move(branch));
  EXPECT_EQ(result.end, RunEnd::kInterrupted);
  const auto all = checkpointer_.all();
  const auto& fork = all.at(3);
  EXPECT_EQ(fork.source, "fork");
  EXPECT_EQ(fork.parent_id, past.checkpoint_id);
  EXPECT_EQ(fork.step, past.step + 1);
  EXPECT_NE(fork.tasks.at(0).id, past.tasks.at(0).id);
  EXPECT_EQ(all.at(4).parent_id, fork.checkpoint_id);
  EXPECT_EQ(values_json(*result.checkpoint), R"({"foo":["in","one"]})");
}

TEST_F(CommandTest, ABranchFromTheInputAppliesTheInputAgain) {
  (void)stopped();
  auto branch = spec(kChain, Continue{});
  branch.from = checkpointer_.all().at(0);
  branch.origin = Origin::kChosen;
  EXPECT_EQ(values_json(*play(std::move(branch)).checkpoint), R"({"foo":["in","one"]})");
}

}  // namespace
}  // namespace agenthost::runtime
