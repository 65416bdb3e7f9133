// WaitGuess: whether it pays to look for the next event for a moment before sleeping. Waking a thread up can
// cost more than a node's answer takes; looking without need costs processor time.
//
// A wait is taken to be as long as the last one of its kind: after jobs, which mostly send something, or
// after events, which mostly end something. So the answer of a quick node is met awake, while a node that
// waits for a model, or a server that idles, costs one look at most. Strand-bound.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace agenthost::isolation {

class WaitGuess {
 public:
  enum class After { kEvents, kJobs };
  using Duration = std::chrono::steady_clock::duration;

  // At least twice what sleeping and waking up costs: no look is longer, and a longer wait ends the looking.
  static constexpr Duration kShort = std::chrono::microseconds(200);

  [[nodiscard]] bool is_short(After after) const { return last(after) <= kShort; }
  void took(After after, Duration wait) { last_.at(static_cast<std::size_t>(after)) = wait; }

 private:
  [[nodiscard]] Duration last(After after) const { return last_.at(static_cast<std::size_t>(after)); }

  std::array<Duration, 2> last_{Duration::max(), Duration::max()};
};

}  // namespace agenthost::isolation
