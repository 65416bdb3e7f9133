#include "host/outbound/retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace agenthost::outbound {

bool is_retryable(int status) {
  return status == 429 || (status >= 500 && status <= 599);
}

std::optional<milliseconds> parse_retry_after(std::string_view value,
                                              std::chrono::system_clock::time_point now) {
  if (value.empty()) return std::nullopt;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc{} && end == value.data() + value.size()) return milliseconds(seconds * 1000LL);
  const auto date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const auto pause = std::chrono::system_clock::from_time_t(date) - now;
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(pause));
}

milliseconds backoff_pause(milliseconds first, int attempt, double chance) {
  const int doublings = std::clamp(attempt - 1, 0, 16);
  const auto full = std::min(kLongestPause, milliseconds(first.count() << static_cast<unsigned>(doublings)));
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(full.count()) * (0.5 + chance / 2)));
}

RateLimiter::RateLimiter(double max_per_second)
    : interval_(max_per_second > 0 ? std::chrono::duration_cast<Clock::duration>(
                                         std::chrono::duration<double>(1 / max_per_second))
                                   : Clock::duration::zero()) {}

Clock::time_point RateLimiter::reserve(Clock::time_point now) {
  const auto slot = std::max(now, next_);
  next_ = slot + interval_;
  return slot;
}

}  // namespace agenthost::outbound
