// Retry policies of nodes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using test::describe;
using test::RunTest;
using namespace std::chrono_literals;

class RetryTest : public RunTest {
 protected:
  // Fails with the error until the given attempt.
  RunResult play_until(unsigned good_attempt, const Error& error, const std::string& retry) {
    nodes_.nodes = {{"one", [this, good_attempt, error](const NodeCall& call, const auto& sink) {
                       attempts_.push_back(call.attempt);
                       if (call.attempt < good_attempt) return sink->done(error);
                       sink->done(test::wrote(R"({"foo":"good"})"));
                     }}};
    return play(
        spec(describe(R"([{"name":"one","retry":)" + retry + "}]", R"([["__start__","one"]])"), input("{}")));
  }

  std::vector<unsigned> attempts_;
};

TEST_F(RetryTest, ANodeThatMayRecoverIsTriedAgain) {
  const Error busy{ErrorCode::kUnavailable, "busy"};
  const auto result = play_until(3, busy, R"({"max_attempts":3,"initial_ms":1})");
  EXPECT_EQ(result.end, RunEnd::kSuccess);
  EXPECT_THAT(attempts_, testing::ElementsAre(1, 2, 3));
}

TEST_F(RetryTest, AfterTheLastTryTheErrorStands) {
  const auto result =
      play_until(9, {ErrorCode::kUnavailable, "busy"}, R"({"max_attempts":2,"initial_ms":1})");
  ASSERT_EQ(result.end, RunEnd::kError);
  EXPECT_EQ(result.error->text, "busy");
  EXPECT_EQ(attempts_.size(), 2U);
}

TEST_F(RetryTest, AnErrorThatThePolicyDoesNotNameIsFinal) {
  EXPECT_EQ(play_until(2, {ErrorCode::kInvalid, "bad"}, R"({"max_attempts":5,"initial_ms":1})").end,
            RunEnd::kError);
  EXPECT_EQ(attempts_.size(), 1U);
  attempts_.clear();
  const auto named = R"({"max_attempts":5,"initial_ms":1,"on":["ConnectionError"]})";
  EXPECT_EQ(play_until(2, {ErrorCode::kInvalid, "gone", "ConnectionError"}, named).end, RunEnd::kSuccess);
  EXPECT_EQ(attempts_.size(), 2U);
}

TEST_F(RetryTest, CancelEndsTheWaitForTheNextTry) {
  std::promise<void> failed;
  nodes_.nodes = {{"one", [&](const NodeCall&, const auto& sink) {
                     sink->done(Error{ErrorCode::kUnavailable, "busy"});
                     failed.set_value();
                   }}};
  const auto run = launch(
      spec(describe(R"([{"name":"one","retry":{"max_attempts":2,"initial_ms":3600000,"max_ms":3600000}}])",
                    R"([["__start__","one"]])"),
           input("{}")));
  failed.get_future().wait();
  run->cancel(CancelReason::kUser);
  EXPECT_EQ(finish().end, RunEnd::kCancelled);
}

TEST(RetryPolicyTest, WaitsLongerEachTimeUpToItsLimit) {
  RetryPolicy policy;
  policy.initial = 500ms;
  policy.longest = 1500ms;
  EXPECT_EQ(policy.delay_before(2), 500ms);
  EXPECT_EQ(policy.delay_before(3), 1000ms);
  EXPECT_EQ(policy.delay_before(4), 1500ms);
}

}  // namespace
}  // namespace agenthost::runtime
