#include "host/services/run_scheduler.hpp"

#include <algorithm>

#include "host/services/run_input.hpp"

namespace agenthost::services {
namespace {

using models::RunStatus;
using models::ThreadStatus;
using runtime::RunEnd;
using runtime::RunResult;

std::string error_json(const std::optional<Error>& error) {
  if (!error) return "null";
  return "{\"error\":" + quote(error_kind(*error)) + ",\"message\":" + quote(error->text) + "}";
}

RunOutcome outcome_of(const RunResult& result) {
  RunOutcome outcome;
  if (result.checkpoint) {
    outcome.values = values_json(*result.checkpoint);
    const auto interrupts = interrupts_json(*result.checkpoint);
    if (result.end == RunEnd::kInterrupted && interrupts != "[]") {
      outcome.values = merge_objects(outcome.values, "{\"__interrupt__\":" + interrupts + "}");
    }
  }
  switch (result.end) {
    case RunEnd::kSuccess:
    case RunEnd::kInterrupted:  // stopping for a human is no failure; `interrupted` is for cancelled runs
      outcome.status = RunStatus::kSuccess;
      break;
    case RunEnd::kCancelled:
      outcome.status = RunStatus::kInterrupted;
      break;
    case RunEnd::kTimeout:
      outcome.status = RunStatus::kTimeout;
      outcome.error = result.error;
      break;
    case RunEnd::kError:
      outcome.status = RunStatus::kError;
      outcome.error = result.error;
      break;
  }
  return outcome;
}

ThreadStatus thread_status(RunEnd end) {
  if (end == RunEnd::kInterrupted) return ThreadStatus::kInterrupted;
  if (end == RunEnd::kError || end == RunEnd::kTimeout) return ThreadStatus::kError;
  return ThreadStatus::kIdle;
}

}  // namespace

RunScheduler::RunScheduler(storage::Storage& storage, Executor& runtime, Timers& timers,
                           telemetry::Logger& logger, SchedulerLimits limits)
    : storage_(storage),
      runtime_(runtime),
      timers_(timers),
      logger_(logger),
      limits_(limits),
      finished_(limits.finished_streams, limits.finished_stream_bytes) {}

// ---- Accepting ----

Status RunScheduler::submit(const ActiveRunPtr& run, std::optional<models::Thread> fresh,
                            Acknowledged acknowledged) {
  if (run->persistence == Persistence::kEphemeral) return submit_ephemeral(run, acknowledged);
  std::vector<ActiveRunPtr> put_out;
  bool claimed = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto room = room_locked(); !room) return room;
    if (auto admitted = admit_locked(run, put_out); !admitted) return admitted;
    runs_.emplace(run->row.run_id, run);
    claimed = run->phase == ActiveRun::Phase::kStarting;
    // Under the lock, so that the row comes before whatever the next holder of the thread writes about it.
    write_accepted(run, claimed ? Turn::kNow : Turn::kLater, std::move(fresh), std::move(acknowledged));
  }
  for (const auto& other : put_out) finish_queued(other);
  if (claimed) start(run);
  return {};
}

Status RunScheduler::submit_ephemeral(const ActiveRunPtr& run, const Acknowledged& acknowledged) {
  {
    const std::lock_guard lock(mutex_);
    if (auto room = room_locked(); !room) return room;
    run->phase = ActiveRun::Phase::kStarting;
    runs_.emplace(run->row.run_id, run);
  }
  acknowledged({});
  start(run);
  return {};
}

Status RunScheduler::room_locked() const {
  if (stopping_) return fail(ErrorCode::kUnavailable, "the server is shutting down");
  if (runs_.size() < limits_.max_runs_in_flight) return {};
  return fail(ErrorCode::kExhausted, "too many runs in flight (runtime.max_runs_in_flight is " +
                                         std::to_string(limits_.max_runs_in_flight) + "); try again later");
}

Status RunScheduler::admit_locked(const ActiveRunPtr& run, std::vector<ActiveRunPtr>& put_out) {
  auto& thread = threads_[run->row.thread_id];
  if (!thread.drained.empty()) return fail(ErrorCode::kConflict, "the thread is being deleted");
  if (!thread.current) {
    thread.current = run;
    run->phase = ActiveRun::Phase::kStarting;
    return {};
  }
  if (run->request.resume) {
    return fail(ErrorCode::kConflict, "the thread is busy with run " + thread.current->row.run_id +
                                          ", so its interrupt has been answered already");
  }
  switch (run->row.multitask_strategy) {
    case models::MultitaskStrategy::kReject:
      return fail(ErrorCode::kConflict,
                  "Thread is already running a task. Wait for it to finish or choose a different multitask "
                  "strategy.");
    case models::MultitaskStrategy::kEnqueue:
      if (thread.waiting.size() >= limits_.max_queued_per_thread) {
        return fail(ErrorCode::kExhausted,
                    "too many runs wait for this thread (runtime.max_queued_per_thread is " +
                        std::to_string(limits_.max_queued_per_thread) + ")");
      }
      break;
    case models::MultitaskStrategy::kInterrupt:
      put_out_locked(thread, CancelAction::kInterrupt, put_out);
      break;
    case models::MultitaskStrategy::kRollback:
      put_out_locked(thread, CancelAction::kRollback, put_out);
      break;
  }
  thread.waiting.push_back(run);
  return {};
}

void RunScheduler::put_out_locked(ThreadQueue& thread, CancelAction action,
                                  std::vector<ActiveRunPtr>& put_out) {
  for (auto& waiting : thread.waiting) {
    waiting->cancelled = action;
    put_out.push_back(std::move(waiting));
  }
  thread.waiting.clear();
  if (!thread.current || thread.current->cancelled) return;
  thread.current->cancelled = action;
  if (thread.current->run) thread.current->run->cancel(runtime::CancelReason::kUser);
}

void RunScheduler::write_accepted(const ActiveRunPtr& run, Turn turn, std::optional<models::Thread> fresh,
                                  Acknowledged acknowledged) {
  auto row = run->row;
  if (turn == Turn::kNow) {
    row.status = RunStatus::kRunning;
    row.attempts = 1;
  }
  auto metadata =
      "{\"graph_id\":" + quote(run->graph.graph->id()) + ",\"assistant_id\":" + quote(row.assistant_id) + "}";
  storage::Batch batch;
  if (fresh) {
    fresh->status = ThreadStatus::kBusy;
    fresh->metadata = merge_objects(fresh->metadata, metadata);
    batch.push_back(storage::InsertThread{std::move(*fresh)});
  } else {
    storage::UpdateThread thread;
    thread.thread_id = row.thread_id;
    thread.status = ThreadStatus::kBusy;
    thread.merge_metadata = std::move(metadata);
    batch.push_back(std::move(thread));
  }
  batch.push_back(storage::InsertRun{std::move(row)});
  const bool can_try_again = fresh && turn == Turn::kLater;
  storage_.write(std::move(batch), [this, run, can_try_again,
                                    acknowledged = std::move(acknowledged)](const Status& written) mutable {
    // Somebody else made the thread meanwhile, and holds it: this run waits for it like any other.
    if (!written && can_try_again && written.error().code == ErrorCode::kAlreadyExists) {
      return write_accepted(run, Turn::kLater, std::nullopt, std::move(acknowledged));
    }
    if (!written) cancel(run->row.run_id, CancelAction::kInterrupt);
    acknowledged(written);
  });
}

// ---- Running ----

void RunScheduler::start(const ActiveRunPtr& run) {
  std::optional<models::Checkpoint> from;
  if (run->persistence == Persistence::kStored) {
    const auto& asked = run->request.checkpoint_id;
    if (asked && run->row.attempts <= 1) {
      auto checkpoint = storage_.checkpoint(run->row.thread_id, "", *asked);
      if (!checkpoint) return run_ended(run, RunResult{RunEnd::kError, std::nullopt, checkpoint.error()});
      from = std::move(*checkpoint);
    } else {
      auto latest = storage_.latest_checkpoint(run->row.thread_id, "");
      if (!latest) return run_ended(run, RunResult{RunEnd::kError, std::nullopt, latest.error()});
      from = std::move(*latest);
    }
  }
  auto input = choose_input(*run, from);
  if (!input) return run_ended(run, RunResult{RunEnd::kError, std::move(from), input.error()});
  launch(run, std::move(*input), std::move(from));
}

void RunScheduler::launch(const ActiveRunPtr& run, runtime::RunInput input,
                          std::optional<models::Checkpoint> from) {
  auto spec = make_spec(*run, limits_.recursion_limit, limits_.run_timeout);
  spec.input = std::move(input);
  spec.from = std::move(from);
  auto state_machine =
      runtime::Run::create(std::move(spec), limits_.run, runtime_, timers_, run->journal.get(), run->events,
                           [this, run](RunResult result) { run_ended(run, std::move(result)); });
  {
    const std::lock_guard lock(mutex_);
    run->run = state_machine;
    run->phase = ActiveRun::Phase::kRunning;
    if (run->cancelled) state_machine->cancel(runtime::CancelReason::kUser);
    if (stopping_) state_machine->cancel(runtime::CancelReason::kShutdown);
  }
  state_machine->start();
}

// ---- Ending ----

void RunScheduler::run_ended(const ActiveRunPtr& run, RunResult result) {
  auto outcome = outcome_of(result);
  if (run->persistence == Persistence::kEphemeral) return finish(run, outcome);
  bool stopping = false;
  std::optional<CancelAction> cancelled;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
    cancelled = run->cancelled;
  }
  // The row still says running, so the next start goes on from the last checkpoint.
  if (stopping && result.end == RunEnd::kCancelled && !cancelled) return finish(run, outcome);
  if (cancelled == CancelAction::kRollback && result.end == RunEnd::kCancelled) {
    return store_rollback(run, std::move(outcome));
  }
  store_outcome(run, result, std::move(outcome));
}

void RunScheduler::store_outcome(const ActiveRunPtr& run, const RunResult& result, RunOutcome outcome) {
  const auto now = now_us();
  storage::Batch batch;
  if (run->delete_thread_after) {
    batch.push_back(storage::DeleteThread{run->row.thread_id});
  } else {
    storage::UpdateRun row{run->row.run_id, now, outcome.status, {}, error_json(outcome.error)};
    storage::UpdateThread thread;
    thread.thread_id = run->row.thread_id;
    thread.now = now;
    thread.interrupts = result.checkpoint ? interrupts_by_task_json(*result.checkpoint) : "{}";
    thread.error = error_json(outcome.error);
    thread.state_changed = result.checkpoint.has_value();
    {
      const std::lock_guard lock(mutex_);
      const auto queue = threads_.find(run->row.thread_id);
      const bool more = queue != threads_.end() && !queue->second.waiting.empty();
      thread.status = more ? ThreadStatus::kBusy : thread_status(result.end);
    }
    batch.push_back(std::move(row));
    batch.push_back(std::move(thread));
  }
  storage_.write(std::move(batch), [this, run, outcome = std::move(outcome)](const Status& written) mutable {
    auto lost = run->journal->failure();
    if (!written && !lost) lost = written.error();
    if (lost) {
      logger_.error("runs", "run " + run->row.run_id + " could not be stored: " + lost->text);
      outcome.status = RunStatus::kError;
      outcome.error = std::move(lost);
    }
    runtime_.post([this, run, outcome = std::move(outcome)] { finish(run, outcome); });
  });
}

void RunScheduler::store_rollback(const ActiveRunPtr& run, RunOutcome outcome) {
  storage::Batch batch;
  batch.push_back(storage::DeleteRun{run->row.thread_id, run->row.run_id, storage::WithCheckpoints::kYes});
  storage_.write(std::move(batch), [this, run, outcome = std::move(outcome)](const Status& written) {
    if (!written)
      logger_.error("runs", "run " + run->row.run_id + " could not be rolled back: " + written.error().text);
    storage_.readers().post([this, run, outcome] { settle_rolled_back_thread(run, outcome); });
  });
}

// With the run's checkpoints gone, the thread stands where it stood before it.
void RunScheduler::settle_rolled_back_thread(const ActiveRunPtr& run, RunOutcome outcome) {
  const auto latest = storage_.latest_checkpoint(run->row.thread_id, "");
  storage::UpdateThread thread;
  thread.thread_id = run->row.thread_id;
  thread.now = now_us();
  thread.interrupts = latest && *latest ? interrupts_by_task_json(**latest) : "{}";
  thread.status = *thread.interrupts == "{}" ? ThreadStatus::kIdle : ThreadStatus::kInterrupted;
  thread.state_changed = true;
  {
    const std::lock_guard lock(mutex_);
    const auto queue = threads_.find(run->row.thread_id);
    if (queue != threads_.end() && !queue->second.waiting.empty()) thread.status = ThreadStatus::kBusy;
  }
  outcome.values = latest && *latest ? values_json(**latest) : "{}";
  storage::Batch batch;
  batch.push_back(std::move(thread));
  storage_.write(std::move(batch), [this, run, outcome = std::move(outcome)](const Status&) {
    runtime_.post([this, run, outcome] { finish(run, outcome); });
  });
}

// Everything is stored: tell those who wait, then let the next run have the thread.
void RunScheduler::finish(const ActiveRunPtr& run, const RunOutcome& outcome) {
  std::vector<Ended> waiters;
  std::vector<std::function<void()>> drained;
  ActiveRunPtr next;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
    runs_.erase(run->row.run_id);
    waiters.swap(run->waiters);
    run->run.reset();
    const auto queue = threads_.find(run->row.thread_id);
    if (queue != threads_.end() && queue->second.current == run) {
      auto& thread = queue->second;
      thread.current.reset();
      if (!thread.waiting.empty() && !stopping) {
        next = thread.current = std::move(thread.waiting.front());
        thread.waiting.pop_front();
        next->phase = ActiveRun::Phase::kStarting;
      } else if (!thread.drained.empty()) {
        drained = thread.drained;
      } else if (thread.waiting.empty()) {
        threads_.erase(queue);
      }
    }
  }
  // A client told "end" would not come back; one that is cut off reconnects after the restart.
  if (run->events && !stopping) {
    if (outcome.error) run->events->publish("error", error_json(outcome.error));
    run->events->finish();
    finished_.keep(run->row.run_id, run->events);
  }
  for (const auto& waiter : waiters) waiter(outcome);
  for (const auto& callback : drained) callback();
  if (!next) return;
  next->row.attempts = 1;
  storage::Batch batch;
  batch.push_back(storage::UpdateRun{next->row.run_id, now_us(), RunStatus::kRunning, 1, {}});
  storage_.write(std::move(batch), [](const Status&) {});
  storage_.readers().post([this, next] { start(next); });
}

// A run that never started was put out: its row goes or says so, and its waiters are told.
void RunScheduler::finish_queued(const ActiveRunPtr& run) {
  storage::Batch batch;
  if (run->cancelled == CancelAction::kRollback) {
    batch.push_back(storage::DeleteRun{run->row.thread_id, run->row.run_id, storage::WithCheckpoints::kNo});
  } else {
    batch.push_back(storage::UpdateRun{run->row.run_id, now_us(), RunStatus::kInterrupted, {}, {}});
  }
  storage_.write(std::move(batch), [this, run](const Status&) {
    runtime_.post([this, run] { finish(run, RunOutcome{RunStatus::kInterrupted, "{}", std::nullopt}); });
  });
}

// ---- Asking and cancelling ----

ActiveRunPtr RunScheduler::find(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(std::string(run_id));
  return found == runs_.end() ? nullptr : found->second;
}

std::shared_ptr<runtime::EventStream> RunScheduler::events(std::string_view run_id) const {
  if (const auto run = find(run_id)) return run->events;
  return finished_.find(run_id);
}

bool RunScheduler::when_ended(std::string_view run_id, Ended ended) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(std::string(run_id));
  if (found == runs_.end()) return false;
  found->second->waiters.push_back(std::move(ended));
  return true;
}

bool RunScheduler::cancel(std::string_view run_id, CancelAction action) {
  ActiveRunPtr queued;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(std::string(run_id));
    if (found == runs_.end()) return false;
    const auto& run = found->second;
    // At a shutdown clients are cut off by us: that is no wish of theirs to cancel.
    if (run->cancelled || stopping_) return true;
    run->cancelled = action;
    if (run->phase == ActiveRun::Phase::kQueued) {
      auto& waiting = threads_[run->row.thread_id].waiting;
      waiting.erase(std::remove(waiting.begin(), waiting.end(), run), waiting.end());
      queued = run;
    } else if (run->run) {
      run->run->cancel(runtime::CancelReason::kUser);
    }
  }
  if (queued) finish_queued(queued);
  return true;
}

void RunScheduler::drain_thread(const std::string& thread_id, std::function<void()> drained) {
  std::vector<ActiveRunPtr> put_out;
  {
    const std::lock_guard lock(mutex_);
    auto& thread = threads_[thread_id];
    put_out_locked(thread, CancelAction::kInterrupt, put_out);
    thread.drained.push_back(drained);
    if (thread.current) drained = nullptr;
  }
  for (const auto& run : put_out) finish_queued(run);
  if (drained) drained();
}

void RunScheduler::release_thread(const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  const auto found = threads_.find(thread_id);
  if (found == threads_.end()) return;
  found->second.drained.clear();
  if (!found->second.current && found->second.waiting.empty()) threads_.erase(found);
}

// ---- Starting up and stopping ----

void RunScheduler::readmit(const ActiveRunPtr& run) {
  const std::lock_guard lock(mutex_);
  auto& thread = threads_[run->row.thread_id];
  runs_.emplace(run->row.run_id, run);
  if (thread.current) {
    thread.waiting.push_back(run);
    return;
  }
  thread.current = run;
  run->phase = ActiveRun::Phase::kStarting;
}

void RunScheduler::go() {
  std::vector<ActiveRunPtr> ready;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, thread] : threads_) {
      if (thread.current && thread.current->phase == ActiveRun::Phase::kStarting)
        ready.push_back(thread.current);
    }
  }
  for (const auto& run : ready) {
    run->row.attempts += 1;
    storage::Batch batch;
    batch.push_back(
        storage::UpdateRun{run->row.run_id, now_us(), RunStatus::kRunning, run->row.attempts, {}});
    storage_.write(std::move(batch), [](const Status&) {});
    storage_.readers().post([this, run] { start(run); });
  }
}

void RunScheduler::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& [id, run] : runs_) {
    if (run->run) run->run->cancel(runtime::CancelReason::kShutdown);
  }
}

std::size_t RunScheduler::in_flight() const {
  const std::lock_guard lock(mutex_);
  return runs_.size();
}

}  // namespace agenthost::services
