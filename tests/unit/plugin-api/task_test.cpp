#include "agenthost/sdk/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using agent::Task;

static_assert(!std::is_copy_constructible_v<Task<int>>);
static_assert(std::is_nothrow_move_constructible_v<Task<int>>);

// Something to wait for that the test decides about.
struct Gate {
  std::vector<std::coroutine_handle<>> waiting;
  struct Awaiter {
    Gate* gate;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { gate->waiting.push_back(handle); }
    void await_resume() const noexcept {}
  };
  Awaiter pass() { return {this}; }
  void open(std::size_t index) { std::exchange(waiting.at(index), std::noop_coroutine()).resume(); }
};

Task<int> at_once(int value) {
  co_return value;
}
Task<int> through(Gate& gate, int value) {
  co_await gate.pass();
  co_return value;
}
Task<int> failing(Gate& gate, std::string text) {
  co_await gate.pass();
  throw std::runtime_error(text);
}

TEST(Task, RunsOnlyWhenStarted) {
  bool has_run = false;
  auto body = [](bool& flag) -> Task<> {
    flag = true;
    co_return;
  };
  Task<> task = body(has_run);
  EXPECT_FALSE(has_run);
  task.start();
  EXPECT_TRUE(has_run);
  EXPECT_TRUE(task.done());
}

TEST(Task, GivesItsValueToWhoeverAwaits) {
  Gate gate;
  auto sum = [](Gate& g) -> Task<int> {
    const int first = co_await through(g, 1);
    const int second = co_await at_once(2);
    co_return first + second + co_await through(g, 4);
  };
  Task<int> task = sum(gate);
  task.start();
  EXPECT_FALSE(task.done());
  gate.open(0);
  EXPECT_FALSE(task.done());
  gate.open(1);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take(), 7);
}

TEST(Task, LetsExceptionsPassToWhoeverAwaits) {
  Gate gate;
  auto outer = [](Gate& g) -> Task<std::string> {
    try {
      co_await failing(g, "inner");
    } catch (const std::runtime_error& e) {
      co_return std::string("caught ") + e.what();
    }
    co_return "nothing thrown";
  };
  Task<std::string> task = outer(gate);
  task.start();
  gate.open(0);
  EXPECT_EQ(task.take(), "caught inner");
}

TEST(Task, CarriesValuesThatOnlyMove) {
  auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
  auto use = [](Task<std::unique_ptr<int>> made) -> Task<int> { co_return *co_await std::move(made); };
  Task<int> task = use(make());
  task.start();
  EXPECT_EQ(task.take(), 5);
}

TEST(Task, LoopsOverTasksThatEndAtOnceWithoutGrowingTheStack) {
  auto loop = []() -> Task<long> {
    long sum = 0;
    for (int i = 0; i < 300'000; ++i) sum += co_await at_once(1);
    co_return sum;
  };
  Task<long> task = loop();
  task.start();
  EXPECT_EQ(task.take(), 300'000);
}

TEST(Task, DestroyedWhileWaitingDestroysWhatItHolds) {
  Gate gate;
  auto witness = std::make_shared<int>(1);
  auto hold = [](Gate& g, std::shared_ptr<int> held) -> Task<int> { co_return co_await through(g, *held); };
  {
    Task<int> task = hold(gate, witness);
    task.start();
    EXPECT_GT(witness.use_count(), 1);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(WhenAll, GivesResultsInTheListsOrderWhateverTheOrderOfEnding) {
  Gate gate;
  std::vector<Task<int>> tasks;
  for (int value : {10, 20, 30}) tasks.push_back(through(gate, value));
  tasks.push_back(at_once(40));
  Task<std::vector<int>> all = agent::when_all(std::move(tasks));
  all.start();
  gate.open(2);
  gate.open(0);
  EXPECT_FALSE(all.done());
  gate.open(1);
  ASSERT_TRUE(all.done());
  EXPECT_EQ(all.take(), (std::vector<int>{10, 20, 30, 40}));
}

TEST(WhenAll, OfNothingOrOfReadyTasksEndsAtOnce) {
  Task<std::vector<int>> none = agent::when_all(std::vector<Task<int>>{});
  none.start();
  EXPECT_TRUE(none.take().empty());
  std::vector<Task<int>> ready;
  ready.push_back(at_once(1));
  Task<std::vector<int>> one = agent::when_all(std::move(ready));
  one.start();
  EXPECT_EQ(one.take(), std::vector<int>{1});
}

TEST(WhenAll, WaitsForEverybodyAndThenThrowsTheFirstFailureOfTheList) {
  Gate gate;
  std::vector<Task<int>> tasks;
  tasks.push_back(failing(gate, "first"));
  tasks.push_back(through(gate, 1));
  tasks.push_back(failing(gate, "third"));
  Task<std::vector<int>> all = agent::when_all(std::move(tasks));
  all.start();
  gate.open(2);
  gate.open(0);
  EXPECT_FALSE(all.done()) << "the second one has not ended";
  gate.open(1);
  ASSERT_TRUE(all.done());
  try {
    static_cast<void>(all.take());
    FAIL() << "must throw";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "first");
  }
}

TEST(WhenAll, TakesVoidTasksAndNests) {
  Gate gate;
  auto wait = [](Gate& g) -> Task<> { co_await g.pass(); };
  std::vector<Task<>> inner;
  inner.push_back(wait(gate));
  inner.push_back(wait(gate));
  std::vector<Task<>> outer;
  outer.push_back(agent::when_all(std::move(inner)));
  outer.push_back(wait(gate));
  Task<> all = agent::when_all(std::move(outer));
  all.start();
  for (std::size_t i : {2U, 0U, 1U}) {
    EXPECT_FALSE(all.done());
    gate.open(i);
  }
  EXPECT_TRUE(all.done());
}

}  // namespace
