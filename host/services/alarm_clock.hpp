// AlarmClock: the wall clock and one alarm on it, so that what goes by the time of day can be tested without
// waiting for it. Thread-safe.
#pragma once

#include <memory>

#include "host/base/executor.hpp"
#include "host/base/ids.hpp"

namespace agenthost::services {

struct AlarmClock {
  virtual ~AlarmClock() = default;
  [[nodiscard]] virtual Micros now() const = 0;
  // Runs the job once it is `when` or later, in place of the one that was set before.
  virtual void set(Micros when, Job job) = 0;
};

// The system's clock. It may be set while an alarm waits, so the alarm looks at it once a minute.
class SystemAlarmClock final : public AlarmClock {
 public:
  explicit SystemAlarmClock(Timers& timers);
  ~SystemAlarmClock() override;
  SystemAlarmClock(const SystemAlarmClock&) = delete;
  SystemAlarmClock& operator=(const SystemAlarmClock&) = delete;

  [[nodiscard]] Micros now() const override { return now_us(); }
  void set(Micros when, Job job) override;

 private:
  struct State;
  // Shared because: a timer that goes off meanwhile outlives the object.
  const std::shared_ptr<State> state_;
};

}  // namespace agenthost::services
