// RestartPolicy: when a process that was lost is replaced, and when the plugin is given up. Strand-bound.
//
// A process that has done some work is replaced at once; one that was lost before it did any makes the next
// wait, each time longer. More losses within a minute than the budget allows, and there is no next.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

namespace agenthost::isolation {

class RestartPolicy {
 public:
  using Clock = std::chrono::steady_clock;
  enum class HadWorked { kNo, kYes };

  explicit RestartPolicy(unsigned losses_per_minute) : budget_(losses_per_minute) {}

  // How long to wait before the next start; nullopt: give up.
  [[nodiscard]] std::optional<std::chrono::milliseconds> lost(HadWorked had_worked, Clock::time_point now);

 private:
  // Constant after construction
  const unsigned budget_;

  std::deque<Clock::time_point> losses_;  // of the last minute
  unsigned idle_losses_ = 0;              // in a row
};

}  // namespace agenthost::isolation
