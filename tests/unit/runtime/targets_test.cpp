#include "host/runtime/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using testing::HasSubstr;

class TargetsTest : public testing::Test {
 protected:
  std::string problem(const std::string& json, const std::vector<std::string>& allowed = {}) {
    const auto read = read_targets(graph_, json, allowed);
    return read ? "<read>" : read.error().text;
  }

  Graph graph_ = test::make_graph(test::kChain);
};

TEST_F(TargetsTest, ReadsNamesAndSendsAndLeavesTheEndOut) {
  const auto targets = read_targets(graph_, R"(["one","__end__",{"node":"two","input":{"a":1}}])");
  ASSERT_EQ(targets->size(), 2U);
  EXPECT_EQ((*targets)[0].node, "one");
  EXPECT_EQ((*targets)[0].input, nullptr);
  EXPECT_EQ(*(*targets)[1].input, R"({"a":1})");
  EXPECT_EQ(read_targets(graph_, R"("one")")->size(), 1U);
  EXPECT_TRUE(read_targets(graph_, "[]")->empty());
}

TEST_F(TargetsTest, SaysWhatIsWrong) {
  EXPECT_THAT(problem(R"(["nowhere"])"), HasSubstr("leads to \"nowhere\", which is no node of this graph"));
  EXPECT_THAT(problem(R"(["one"])", {"two"}), HasSubstr("not among its declared targets"));
  EXPECT_THAT(problem(R"([{"node":"nowhere"}])"), HasSubstr("sends to \"nowhere\""));
  EXPECT_THAT(problem("[1]"), HasSubstr("must name a node"));
  EXPECT_THAT(problem(""), HasSubstr("is no JSON"));
}

TEST_F(TargetsTest, MakesEachNodeOnceByNameAndThenEverySend) {
  const auto tasks =
      make_tasks(graph_, "c1", {{"two"}, {"one", make_blob("1")}, {"one"}, {"two"}, {"one", make_blob("2")}});
  std::vector<std::string> names;
  for (const auto& task : tasks) names.push_back(task.node + std::to_string(task.send_index));
  EXPECT_THAT(names, testing::ElementsAre("one-1", "two-1", "one0", "one1"));
  EXPECT_EQ(make_tasks(graph_, "c1", {{"one"}})[0].id, tasks[0].id);
  EXPECT_NE(make_tasks(graph_, "c2", {{"one"}})[0].id, tasks[0].id);
}

}  // namespace
}  // namespace agenthost::runtime
