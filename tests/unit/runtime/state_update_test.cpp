#include "host/runtime/state_update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using models::Checkpoint;
using testing::ElementsAre;
using testing::HasSubstr;

class StateUpdateTest : public testing::Test {
 protected:
  using Steps = std::vector<std::vector<StateWrite>>;

  static StateWrite write(std::optional<std::string> as_node, const char* values) {
    return {values != nullptr ? make_blob(values) : nullptr, nullptr, std::move(as_node)};
  }
  Result<std::vector<Checkpoint>> update(Steps steps, std::optional<Checkpoint> from = {}) {
    StateUpdate update;
    update.thread_id = "t";
    update.graph = std::make_shared<const Graph>(test::make_graph(graph_));
    update.executor = std::shared_ptr<NodeExecutor>(&nodes_, [](auto*) {});
    update.from = std::move(from);
    update.supersteps = std::move(steps);
    Result<std::vector<Checkpoint>> made = fail(ErrorCode::kInternal, "not called back");
    update_state(std::move(update), [&](auto result) { made = std::move(result); });
    return made;
  }
  static std::vector<std::string> next(const Checkpoint& checkpoint) {
    std::vector<std::string> names;
    for (const auto& task : checkpoint.tasks) names.push_back(task.node);
    return names;
  }
  // one has run, two is next.
  Checkpoint behind_one() {
    return update({{write("__input__", R"({"foo":["in"]})")},
                   {write("__start__", R"({"foo":["in"]})")},
                   {write("one", R"({"foo":["one"]})")}})
        ->back();
  }

  test::ScriptedExecutor nodes_;
  std::string graph_ = test::kChain;
};

TEST_F(StateUpdateTest, RebuildsAHistoryStepByStep) {
  const auto made = update({{write("__input__", R"({"foo":["in"]})")},
                            {write("__start__", R"({"foo":["in"]})")},
                            {write("one", R"({"foo":["one"]})")}});
  ASSERT_TRUE(made) << made.error().text;
  ASSERT_EQ(made->size(), 3U);
  EXPECT_EQ((*made)[0].source, "input");
  EXPECT_EQ((*made)[0].step, -1);
  EXPECT_EQ(*(*made)[0].tasks.at(0).result, R"({"foo":["in"]})");
  EXPECT_THAT(next((*made)[1]), ElementsAre("one"));
  EXPECT_EQ((*made)[2].source, "update");
  EXPECT_EQ((*made)[2].step, 1);
  EXPECT_EQ((*made)[2].parent_id, (*made)[1].checkpoint_id);
  EXPECT_EQ(values_json((*made)[2]), R"({"foo":["in","one"]})");
  EXPECT_THAT(next((*made)[2]), ElementsAre("two"));
}

TEST_F(StateUpdateTest, WithoutANodeGoesOnAsWhoeverWroteLast) {
  const auto made = update({{write(std::nullopt, R"({"foo":["patched"]})")}}, behind_one());
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(values_json(made->back()), R"({"foo":["in","one","patched"]})");
  EXPECT_THAT(next(made->back()), ElementsAre("two"));
  EXPECT_THAT(made->back().written_by, ElementsAre("one"));
}

TEST_F(StateUpdateTest, AsANodeLeadsToWhatFollowsIt) {
  EXPECT_TRUE(next(update({{write("two", nullptr)}}, behind_one())->back()).empty());
  EXPECT_THAT(next(update({{write("one", R"({"foo":["again"]})")}}, behind_one())->back()),
              ElementsAre("two"));
}

TEST_F(StateUpdateTest, AsksConditionalEdgesOnTheChangedState) {
  graph_ = test::describe(R"([{"name":"one"},{"name":"two"}])", R"([["__start__","one"]])",
                          R"([{"from":"one","name":"where"}])");
  nodes_.json_routes["where"] = [](const std::string& state) {
    return state == R"({"foo":["x"]})" ? R"([{"node":"two","input":5}])" : "[]";
  };
  const auto made = update({{write("one", R"({"foo":["x"]})")}});
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(*made->back().tasks.at(0).input, "5");
}

TEST_F(StateUpdateTest, EndCopyAndEmptyUpdatesAreWhatTheContractSays) {
  const auto base = behind_one();
  EXPECT_TRUE(next(update({{write("__end__", nullptr)}}, base)->back()).empty());
  const auto copy = update({{write("__copy__", nullptr)}}, base)->back();
  EXPECT_EQ(copy.source, "fork");
  EXPECT_EQ(copy.parent_id, base.parent_id);
  EXPECT_EQ(copy.step, base.step + 1);
  EXPECT_EQ(values_json(copy), values_json(base));
  EXPECT_NE(copy.tasks.at(0).id, base.tasks.at(0).id);
  const auto empty = update({{write(std::nullopt, nullptr)}}, base)->back();
  EXPECT_EQ(empty.source, "update");
  EXPECT_THAT(next(empty), ElementsAre("two"));
}

TEST_F(StateUpdateTest, SeveralWritersOfOneStepMakeOneCheckpoint) {
  const auto made = update({{write("one", R"({"foo":["1"]})"), write("two", R"({"foo":["2"]})")}});
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->size(), 1U);
  EXPECT_EQ(values_json(made->back()), R"({"foo":["1","2"]})");
}

TEST_F(StateUpdateTest, ARunGoesOnFromWhatWasWritten) {
  const auto made = update({{write(std::nullopt, R"([{"foo":["a"]},{"foo":["b"]}])")}}, behind_one());
  EXPECT_EQ(values_json(made->back()), R"({"foo":["in","one","a","b"]})");
}

TEST_F(StateUpdateTest, RefusesWhatDoesNotFit) {
  const auto problem = [&](StateWrite one, std::optional<Checkpoint> from = {}) {
    const auto made = update({{std::move(one)}}, std::move(from));
    return made ? "<made>" : made.error().text;
  };
  EXPECT_THAT(problem(write("nope", "{}")), HasSubstr("there is no node \"nope\""));
  EXPECT_EQ(problem(write(std::nullopt, "{}")), "Ambiguous update, specify as_node");
  EXPECT_THAT(problem(write("__end__", nullptr)), HasSubstr("has no state yet"));
  EXPECT_THAT(problem(write("one", "[1]")), HasSubstr("object"));
}

}  // namespace
}  // namespace agenthost::runtime
