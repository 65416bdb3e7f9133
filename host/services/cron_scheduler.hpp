// CronScheduler: makes the runs of crons when they are due.
//
// One alarm, for the next cron of all. A tick and the row of its run are committed together, so a crash
// neither loses it nor makes it twice; ticks that came while the server was down count as one. A run that
// cannot be accepted now (too many in flight, the disk) is tried again soon; one that is refused for good
// costs its tick, and the log says so. Thread-safe; nothing in it waits.
#pragma once

#include <mutex>
#include <optional>

#include "host/services/alarm_clock.hpp"
#include "host/services/run_service.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

class CronScheduler {
 public:
  CronScheduler(storage::Storage& storage, RunService& runs, AlarmClock& clock, telemetry::Logger& logger);

  [[nodiscard]] Micros now() const { return clock_.now(); }
  // Call at the start, and when a cron was made or changed. Looks for crons that are due, on a reader thread.
  void look_soon();
  // Makes no runs any more. Idempotent.
  void stop();

 private:
  enum class Turn { kTaken, kLater };
  struct Round;

  void look();
  void fire(const models::Cron& cron, const std::shared_ptr<Round>& round);
  void refused(const models::Cron& cron, const storage::FireCron& turn, const Error& error,
               const std::shared_ptr<Round>& round);
  void finish(const std::shared_ptr<Round>& round, Turn turn);
  void rest(std::optional<Micros> until);

  // Constant after construction
  storage::Storage& storage_;
  RunService& runs_;
  AlarmClock& clock_;
  telemetry::Logger& logger_;

  std::mutex mutex_;
  // Guarded by mutex_
  bool looking_ = false;
  bool look_again_ = false;
  bool stopped_ = false;
};

}  // namespace agenthost::services
