#include "host/services/alarm_clock.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

namespace agenthost::services {

struct SystemAlarmClock::State : std::enable_shared_from_this<State> {
  explicit State(Timers& on) : timers(on) {}

  void arm_locked() {
    constexpr Micros kMost = 60'000'000;
    const auto delay = std::clamp<Micros>(when - now_us(), 0, kMost);
    timer = timers.after(std::chrono::microseconds(delay), [self = weak_from_this(), set = set_count] {
      if (const auto state = self.lock()) state->look(set);
    });
  }

  void look(std::uint64_t set) {
    Job due;
    {
      const std::lock_guard lock(mutex);
      if (set != set_count) return;
      if (now_us() < when) return arm_locked();
      timer.reset();
      due.swap(job);
    }
    due();
  }

  Timers& timers;
  std::mutex mutex;
  // Guarded by mutex
  Micros when = 0;
  Job job;
  std::uint64_t set_count = 0;  // tells a timer whether its alarm is still the one that is set
  std::optional<Timers::Id> timer;
};

SystemAlarmClock::SystemAlarmClock(Timers& timers) : state_(std::make_shared<State>(timers)) {}

SystemAlarmClock::~SystemAlarmClock() {
  const std::lock_guard lock(state_->mutex);
  state_->set_count += 1;
  if (state_->timer) state_->timers.cancel(*state_->timer);
}

void SystemAlarmClock::set(Micros when, Job job) {
  const std::lock_guard lock(state_->mutex);
  if (state_->timer) state_->timers.cancel(*state_->timer);
  state_->when = when;
  state_->job = std::move(job);
  state_->set_count += 1;
  state_->arm_locked();
}

}  // namespace agenthost::services
