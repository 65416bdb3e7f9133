#include "host/plugins/isolation/restart_policy.hpp"

#include <gtest/gtest.h>

namespace agenthost::isolation {
namespace {

using namespace std::chrono_literals;
using HadWorked = RestartPolicy::HadWorked;

constexpr RestartPolicy::Clock::time_point kStart{1h};

TEST(RestartPolicy, ReplacesAtOnceWhatHadWorked) {
  RestartPolicy policy(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(policy.lost(HadWorked::kYes, kStart), 0ms);
}

TEST(RestartPolicy, WaitsLongerEachTimeForWhatNeverWorked) {
  RestartPolicy policy(10);
  EXPECT_EQ(policy.lost(HadWorked::kNo, kStart), 100ms);
  EXPECT_EQ(policy.lost(HadWorked::kNo, kStart), 200ms);
  EXPECT_EQ(policy.lost(HadWorked::kNo, kStart), 400ms);
  EXPECT_EQ(policy.lost(HadWorked::kYes, kStart), 0ms);
  EXPECT_EQ(policy.lost(HadWorked::kNo, kStart), 100ms) << "work in between starts the count anew";
}

TEST(RestartPolicy, WaitsFiveSecondsAtMost) {
  RestartPolicy policy(100);
  auto pause = policy.lost(HadWorked::kNo, kStart);
  for (int i = 0; i < 50; ++i) pause = policy.lost(HadWorked::kNo, kStart);
  EXPECT_EQ(pause, 5s);
}

TEST(RestartPolicy, GivesUpOverTheBudgetOfAMinute) {
  RestartPolicy policy(2);
  EXPECT_TRUE(policy.lost(HadWorked::kYes, kStart));
  EXPECT_TRUE(policy.lost(HadWorked::kYes, kStart + 30s));
  EXPECT_FALSE(policy.lost(HadWorked::kYes, kStart + 59s));
}

TEST(RestartPolicy, ForgetsWhatIsAMinuteOld) {
  RestartPolicy policy(2);
  for (int minute = 0; minute < 10; ++minute) {
    EXPECT_TRUE(policy.lost(HadWorked::kYes, kStart + minute * 30s)) << minute;
  }
}

TEST(RestartPolicy, WithoutABudgetTheFirstLossIsTheLast) {
  RestartPolicy policy(0);
  EXPECT_FALSE(policy.lost(HadWorked::kYes, kStart));
}

}  // namespace
}  // namespace agenthost::isolation
