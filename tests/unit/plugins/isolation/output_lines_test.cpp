#include "host/plugins/isolation/output_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace agenthost::isolation {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr LineBudget::Clock::time_point kStart{1h};

std::vector<std::string> cut(const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  LineCutter cutter;
  const auto sink = [&](std::string_view line) { lines.emplace_back(line); };
  for (const auto& piece : pieces) cutter.feed(piece, sink);
  cutter.finish(sink);
  return lines;
}

TEST(LineCutter, JoinsPiecesAndDropsEmptyLines) {
  EXPECT_THAT(cut({"on", "e\ntwo\n\nthr", "ee"}), ElementsAre("one", "two", "three"));
}

TEST(LineCutter, CutsALineThatHasNoEnd) {
  const auto lines = cut({std::string(10'000, 'x') + "\nafter\n"});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].size(), 4'096U);
  EXPECT_EQ(lines[2].size(), 10'000U - 2 * 4'096U);
  EXPECT_EQ(lines[3], "after");
}

TEST(LineBudget, ShowsABurstThenASteadyRateAndCountsTheRest) {
  LineBudget budget;
  const auto shown = [&](int tries, LineBudget::Clock::time_point now) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += budget.spend(now) == LineBudget::Verdict::kShow ? 1 : 0;
    return count;
  };
  EXPECT_EQ(shown(1'000, kStart), 200);
  EXPECT_EQ(budget.take_left_out(kStart), 0U) << "no room to say so";
  EXPECT_EQ(budget.take_left_out(kStart + 1s), 800U);
  EXPECT_EQ(budget.take_left_out(kStart + 1s), 0U);
  EXPECT_EQ(shown(1'000, kStart + 1s), 50);
  EXPECT_EQ(shown(1'000, kStart + 1h), 200) << "what is saved has an end";
}

}  // namespace
}  // namespace agenthost::isolation
