// When to try again: which answers deserve it, how long to wait, and how to stay below a rate.
//
// Time and chance are arguments, so that tests decide both. Pure functions; RateLimiter is strand-bound.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace agenthost::outbound {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A server that asks for more than this is answered for today: its 429 or 503 goes to the caller.
inline constexpr milliseconds kLongestPause{60'000};

// 429 and 5xx.
[[nodiscard]] bool is_retryable(int status);

// "120" or an HTTP date, as the pause from now; nullopt when absent or unreadable.
[[nodiscard]] std::optional<milliseconds> parse_retry_after(std::string_view value,
                                                            std::chrono::system_clock::time_point now);

// first * 2^(attempt-1), between half and all of it (chance in [0,1)), at most kLongestPause. attempt counts
// from 1.
[[nodiscard]] milliseconds backoff_pause(milliseconds first, int attempt, double chance);

// Spaces starts evenly: no two closer than 1/max_per_second.
class RateLimiter {
 public:
  // 0 or less = no limit.
  explicit RateLimiter(double max_per_second);

  // The moment the next start may happen, which is taken by this call.
  [[nodiscard]] Clock::time_point reserve(Clock::time_point now);

 private:
  const Clock::duration interval_;
  Clock::time_point next_{};
};

}  // namespace agenthost::outbound
