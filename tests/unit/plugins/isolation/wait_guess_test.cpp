#include "host/plugins/isolation/wait_guess.hpp"

#include <gtest/gtest.h>

namespace agenthost::isolation {
namespace {

using After = WaitGuess::After;
using std::chrono::microseconds;
using std::chrono::seconds;

TEST(AWaitGuess, LooksForNothingBeforeAnythingWasQuick) {
  const WaitGuess guess;
  EXPECT_FALSE(guess.is_short(After::kJobs));
  EXPECT_FALSE(guess.is_short(After::kEvents));
}

TEST(AWaitGuess, ExpectsWhatItSawLast) {
  WaitGuess guess;
  guess.took(After::kJobs, microseconds(20));
  EXPECT_TRUE(guess.is_short(After::kJobs));
  guess.took(After::kJobs, seconds(2));
  EXPECT_FALSE(guess.is_short(After::kJobs));
}

TEST(AWaitGuess, KnowsAQuickAnswerFromTheIdleTimeAfterIt) {
  WaitGuess guess;
  guess.took(After::kJobs, microseconds(20));
  guess.took(After::kEvents, seconds(2));
  EXPECT_TRUE(guess.is_short(After::kJobs));
  EXPECT_FALSE(guess.is_short(After::kEvents));
}

TEST(AWaitGuess, StopsLookingWhenALookWasInVain) {
  WaitGuess guess;
  guess.took(After::kEvents, WaitGuess::kShort);
  ASSERT_TRUE(guess.is_short(After::kEvents));
  guess.took(After::kEvents, WaitGuess::kShort + microseconds(1));
  EXPECT_FALSE(guess.is_short(After::kEvents));
}

}  // namespace
}  // namespace agenthost::isolation
