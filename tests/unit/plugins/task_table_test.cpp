#include "host/plugins/task_table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::plugins {
namespace {

class TaskTableTest : public testing::Test {
 protected:
  std::shared_ptr<Task> make_task() {
    return std::make_shared<Task>(GraphInstancePtr{}, bench_.call(), std::make_shared<test::RecordingSink>(),
                                  bench_.pool, 1U);
  }

  test::Bench bench_;
  TaskTable table_{7};
};

TEST_F(TaskTableTest, FindsATaskUntilItIsTaken) {
  const auto task = make_task();
  auto* handle = table_.insert(task);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(plugin_number_of(handle), 7U);
  EXPECT_EQ(table_.find(handle), task);
  EXPECT_EQ(table_.size(), 1U);
  EXPECT_EQ(table_.take(handle), task);
  EXPECT_EQ(table_.take(handle), nullptr);
  EXPECT_EQ(table_.find(handle), nullptr);
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(TaskTableTest, NeverGivesTheSameHandleAgainWhileSlotsAreReused) {
  std::set<agent_task*> seen;
  for (int i = 0; i < 5'000; ++i) {
    auto* handle = table_.insert(make_task());
    EXPECT_TRUE(seen.insert(handle).second);
    EXPECT_NE(table_.take(handle), nullptr);
  }
}

TEST_F(TaskTableTest, RefusesWhatItNeverGaveOut) {
  auto* handle = table_.insert(make_task());
  TaskTable other(8);
  EXPECT_EQ(other.find(handle), nullptr);
  int on_stack = 0;
  const auto number = reinterpret_cast<std::uint64_t>(handle);
  EXPECT_EQ(plugin_number_of(&on_stack), 0U);
  EXPECT_EQ(plugin_number_of(reinterpret_cast<const char*>(&on_stack) + 1), 0U);
  for (unsigned bit = 0; bit < 64; ++bit) {
    const auto* flipped = reinterpret_cast<agent_task*>(number ^ (std::uint64_t{1} << bit));
    EXPECT_EQ(table_.find(flipped), nullptr) << bit;
    EXPECT_EQ(table_.take(flipped), nullptr) << bit;
  }
  EXPECT_NE(table_.find(handle), nullptr);
}

TEST_F(TaskTableTest, ClosingHandsOverWhatIsLeftAndTakesNoMore) {
  auto* handle = table_.insert(make_task());
  const auto ended = table_.take(table_.insert(make_task()));
  EXPECT_EQ(table_.close().size(), 1U);
  EXPECT_EQ(table_.find(handle), nullptr);
  EXPECT_EQ(table_.insert(make_task()), nullptr);
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(TaskTableTest, GivesATaskToExactlyOneOfManyTakers) {
  constexpr int kTasks = 2'000;
  std::vector<agent_task*> handles;
  for (int i = 0; i < kTasks; ++i) handles.push_back(table_.insert(make_task()));
  std::atomic<int> taken{0};
  const auto take_all = [&] {
    for (auto* handle : handles) {
      if (table_.take(handle) != nullptr) ++taken;
      // Reuse the slot at once, so that stale handles meet new tenants.
      auto* fresh = table_.insert(make_task());
      EXPECT_NE(table_.take(fresh), nullptr);
    }
  };
  std::thread one(take_all);
  std::thread two(take_all);
  take_all();
  one.join();
  two.join();
  EXPECT_EQ(taken.load(), kTasks);
  EXPECT_EQ(table_.size(), 0U);
}

}  // namespace
}  // namespace agenthost::plugins
