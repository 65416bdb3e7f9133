#include "host/plugins/isolation/output_lines.hpp"

#include <algorithm>
#include <utility>

namespace agenthost::isolation {

void LineBudget::refill(Clock::time_point now) {
  if (filled_ != Clock::time_point{}) {
    const std::chrono::duration<double> passed = now - filled_;
    tokens_ = std::min(kBurst, tokens_ + passed.count() * kPerSecond);
  }
  filled_ = now;
}

LineBudget::Verdict LineBudget::spend(Clock::time_point now) {
  refill(now);
  if (tokens_ < 1) {
    ++left_out_;
    return Verdict::kLeaveOut;
  }
  tokens_ -= 1;
  return Verdict::kShow;
}

std::uint64_t LineBudget::take_left_out(Clock::time_point now) {
  if (left_out_ == 0) return 0;
  refill(now);
  return tokens_ < 1 ? 0 : std::exchange(left_out_, 0);
}

void LineCutter::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    const auto room = bytes.substr(0, kLongest - rest_.size());
    const auto end = room.find('\n');
    rest_ += room.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? room.size() : end + 1);
    if (end != std::string_view::npos || rest_.size() == kLongest) finish(sink);
  }
}

void LineCutter::finish(const Sink& sink) {
  if (!rest_.empty()) sink(rest_);
  rest_.clear();
}

}  // namespace agenthost::isolation
