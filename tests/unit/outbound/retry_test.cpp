#include "host/outbound/retry.hpp"

#include <gtest/gtest.h>

namespace agenthost::outbound {
namespace {

using namespace std::chrono_literals;

TEST(RetryAfter, ReadsSecondsAndDates) {
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after("0", now), 0s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:13:50 GMT", now), 30s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:00:00 GMT", now), 0s) << "a date in the past means now";
  EXPECT_EQ(parse_retry_after("", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("soon", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("-5", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("99999999999999999999", now), std::nullopt);
}

TEST(Backoff, DoublesWithJitterUpToTheLongestPause) {
  EXPECT_EQ(backoff_pause(500ms, 1, 0.0), 250ms);
  EXPECT_EQ(backoff_pause(500ms, 1, 1.0), 500ms);
  EXPECT_EQ(backoff_pause(500ms, 3, 1.0), 2000ms);
  EXPECT_EQ(backoff_pause(500ms, 1000, 1.0), kLongestPause);
  EXPECT_EQ(backoff_pause(0ms, 5, 1.0), 0ms);
}

TEST(RateLimiter, SpacesStartsAndForgetsIdleTime) {
  RateLimiter limiter(4);
  const Clock::time_point start{};
  EXPECT_EQ(limiter.reserve(start + 10s), start + 10s);
  EXPECT_EQ(limiter.reserve(start + 10s), start + 10s + 250ms);
  EXPECT_EQ(limiter.reserve(start + 10s), start + 10s + 500ms);
  EXPECT_EQ(limiter.reserve(start + 60s), start + 60s) << "unused turns are not saved up";
}

TEST(RateLimiter, ZeroMeansNoLimit) {
  RateLimiter limiter(0);
  const Clock::time_point now = Clock::time_point{} + 1s;
  EXPECT_EQ(limiter.reserve(now), now);
  EXPECT_EQ(limiter.reserve(now), now);
}

TEST(Retryable, Is429AndServerErrors) {
  for (const int status : {429, 500, 502, 503, 504, 529}) EXPECT_TRUE(is_retryable(status)) << status;
  for (const int status : {200, 301, 400, 401, 404}) EXPECT_FALSE(is_retryable(status)) << status;
}

}  // namespace
}  // namespace agenthost::outbound
