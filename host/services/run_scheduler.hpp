// RunScheduler: which run may run, and what remains when it has ended.
//
// One active run per thread: the first claims the thread, later ones wait in order or, by their multitask
// strategy, are refused or put the others out; one that was asked for later waits for its moment. A run's
// outcome is stored before anybody is told. After a crash recover() takes up what was pending or running.
// Thread-safe; nothing in it waits.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/services/active_run.hpp"
#include "host/services/finished_runs.hpp"
#include "host/services/run_input.hpp"
#include "host/services/run_observer.hpp"
#include "host/services/run_rows.hpp"
#include "host/services/run_tracer.hpp"
#include "host/services/thread_queues.hpp"
#include "host/services/webhook_service.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

struct SchedulerLimits {
  runtime::RunLimits run;
  unsigned recursion_limit = 25;
  std::chrono::milliseconds run_timeout{3'600'000};
  int max_attempts = 3;
  std::size_t max_runs_in_flight = 20'000;
  std::size_t max_queued_per_thread = 100;
  std::size_t finished_runs = 256;
  std::size_t finished_bytes = 64U << 20U;
  std::chrono::milliseconds stored_streams{86'400'000};  // events of ended runs stay in storage so long
  models::DefaultTtl thread_ttl = {};                    // of threads that a run makes
};

class RunScheduler {
 public:
  // webhooks may be null: then no run may ask for one.
  RunScheduler(storage::Storage& storage, Executor& runtime, Timers& timers, telemetry::Logger& logger,
               SchedulerLimits limits, WebhookService* webhooks = nullptr);

  // Before the first run; the observer must live until no run is left.
  void observe(RunObserver& observer) { observer_ = &observer; }
  // The same for who keeps the spans.
  void trace_to(telemetry::SpanSink& sink) { tracer_.send_to(sink); }

  // Accepts or refuses a run: kConflict (reject; or an answer to an interrupt somebody is answering already;
  // or the thread is being deleted), kExhausted (too many in flight or queued). When accepted, its rows are
  // written behind `first`, and `acknowledged` is called once they are on disk (at once for an ephemeral
  // run). Call on a reader thread, except for ephemeral runs, which touch no disk.
  using Acknowledged = std::function<void(Status)>;
  [[nodiscard]] Status submit(const ActiveRunPtr& run, std::optional<models::Thread> fresh,
                              Acknowledged acknowledged);

  // In the order in which they will run.
  [[nodiscard]] std::vector<ActiveRunPtr> active_on(const std::string& thread_id) const;
  // Null when the run is not active.
  [[nodiscard]] ActiveRunPtr find(std::string_view run_id) const;
  // A run that ended lately, or null.
  [[nodiscard]] FinishedRunPtr find_finished(std::string_view run_id) const { return finished_.find(run_id); }
  enum class Which { kPending, kRunning, kAll };
  [[nodiscard]] std::vector<std::string> active_runs(Which which) const;
  // False when the run is not active (any more): then `ended` is not called.
  [[nodiscard]] bool when_ended(std::string_view run_id, Ended ended);
  // False when the run is not active. The reason is kept with the run.
  bool cancel(std::string_view run_id, CancelAction action, std::optional<std::string> reason = {});

  // Cancels what runs on the thread, refuses new runs, and calls back when nothing is left. release_thread
  // lets runs in again.
  void drain_thread(const std::string& thread_id, std::function<void()> drained);
  void release_thread(const std::string& thread_id);

  // For whoever changes a thread's state from outside: runs wait meanwhile. kConflict while one is active.
  [[nodiscard]] Status hold_thread(const std::string& thread_id);
  void let_go_of_thread(const std::string& thread_id);

  // Registers a run found in storage at the start, oldest first; go() then starts them.
  void readmit(const ActiveRunPtr& run);
  void go();
  // The other case: it is over, and that is stored.
  void tell_given_up(const models::Run& run, const Error& why);

  // Stops every run where it is, without an outcome: the next start takes them up. Waits for none.
  void stop();
  [[nodiscard]] std::size_t in_flight() const;

  void add_metrics(telemetry::MetricPage& page) const;

 private:
  [[nodiscard]] Status submit_ephemeral(const ActiveRunPtr& run, const Acknowledged& acknowledged);
  [[nodiscard]] Status room_locked() const;
  void register_locked(const ActiveRunPtr& run);
  void write_accepted(const ActiveRunPtr& run, Turn turn, std::optional<models::Thread> fresh,
                      Acknowledged acknowledged);

  // A run that has just claimed its thread, with its row written as running.
  void begin(const ActiveRunPtr& run);
  // kNone: its thread is made by it.
  enum class Past { kNone, kStored };
  void start(const ActiveRunPtr& run, Past past);
  struct StartingPoints {
    std::optional<models::Checkpoint> latest, chosen;
  };
  [[nodiscard]] Result<StartingPoints> load_checkpoints(const ActiveRun& run, Past past);
  void launch(const ActiveRunPtr& run, RunStart start);

  // For a run that waits for its moment.
  void set_alarm_locked(const ActiveRunPtr& run);
  void give_turn(const std::string& thread_id);

  void run_ended(const ActiveRunPtr& run, runtime::RunResult result);
  void store_outcome(const ActiveRunPtr& run, const runtime::RunResult& result, RunOutcome outcome);
  void store_rollback(const ActiveRunPtr& run, RunOutcome outcome);
  void finish(const ActiveRunPtr& run, const RunOutcome& outcome);
  void remember(const ActiveRunPtr& run, const RunOutcome& outcome);
  void close_events(const ActiveRunPtr& run, const RunOutcome& outcome);
  void finish_queued(const ActiveRunPtr& run);

  // Constant after construction
  storage::Storage& storage_;
  Executor& runtime_;
  Timers& timers_;
  telemetry::Logger& logger_;
  const SchedulerLimits limits_;
  WebhookService* const webhooks_;
  RunObserver* observer_ = nullptr;
  RunTracer tracer_;

  runtime::LostWrites lost_writes_;
  FinishedRuns finished_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::unordered_map<std::string, ActiveRunPtr> runs_;
  RunMeters meters_;
  ThreadQueues threads_;
  bool stopping_ = false;
};

}  // namespace agenthost::services
