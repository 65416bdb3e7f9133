#include "host/plugins/isolation/restart_policy.hpp"

#include <algorithm>

namespace agenthost::isolation {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5'000};
constexpr unsigned kMaxDoublings = 6;

}  // namespace

std::optional<std::chrono::milliseconds> RestartPolicy::lost(HadWorked had_worked, Clock::time_point now) {
  losses_.push_back(now);
  while (now - losses_.front() >= std::chrono::minutes(1)) losses_.pop_front();
  if (losses_.size() > budget_) return std::nullopt;
  if (had_worked == HadWorked::kYes) {
    idle_losses_ = 0;
    return std::chrono::milliseconds(0);
  }
  const auto doublings = std::min(idle_losses_++, kMaxDoublings);
  return std::min(kFirstPause * (1 << doublings), kLongestPause);
}

}  // namespace agenthost::isolation
