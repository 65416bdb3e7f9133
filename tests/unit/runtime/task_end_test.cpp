// How what a node gives back is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/runtime/task_end.hpp"

namespace agenthost::runtime {
namespace {

using testing::ElementsAre;

TaskEnd end_with(NodeUpdate update) {
  const auto json = parse_json(R"({"graph_id":"g","channels":[{"name":"x"}],"nodes":[{"name":"n"}],
                                   "edges":[["__start__","n"]]})");
  const auto graph = Graph::from_json(*json);
  return task_end(*graph, "", {}, std::move(update));
}

TEST(TaskEnd, SaysWhatIsDroppedBecauseItIsNoChannel) {
  const auto written = std::get<TaskUpdate>(end_with({{{"y", "1"}, {"x", "2"}, {"z", "3"}}}));
  EXPECT_THAT(written.dropped, ElementsAre("y", "z"));
  ASSERT_EQ(written.writes.size(), 1U);
  EXPECT_EQ(written.writes[0].write.text, "2");
  for (const auto* command : {R"({"update":{"y":1,"x":2}})", R"({"update":[["y",1],["x",2]]})"}) {
    const auto commanded = std::get<TaskUpdate>(end_with({{}, make_blob(command)}));
    EXPECT_THAT(commanded.dropped, ElementsAre("y")) << command;
    EXPECT_EQ(commanded.writes.size(), 1U) << command;
  }
}

}  // namespace
}  // namespace agenthost::runtime
