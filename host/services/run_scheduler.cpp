#include "host/services/run_scheduler.hpp"

#include <algorithm>

#include "host/services/run_outcome.hpp"

namespace agenthost::services {
namespace {

using models::RunStatus;
using models::ThreadStatus;
using runtime::RunEnd;
using runtime::RunResult;

}  // namespace

RunScheduler::RunScheduler(storage::Storage& storage, Executor& runtime, Timers& timers,
                           telemetry::Logger& logger, SchedulerLimits limits, WebhookService* webhooks)
    : storage_(storage),
      runtime_(runtime),
      timers_(timers),
      logger_(logger),
      limits_(limits),
      webhooks_(webhooks),
      lost_writes_(logger),
      finished_(limits.finished_runs, limits.finished_bytes),
      threads_(limits.max_queued_per_thread) {}

// ---- Accepting ----

Status RunScheduler::submit(const ActiveRunPtr& run, std::optional<models::Thread> fresh,
                            Acknowledged acknowledged) {
  if (run->persistence == Persistence::kEphemeral) return submit_ephemeral(run, acknowledged);
  const auto past = fresh ? Past::kNone : Past::kStored;
  ThreadQueues::PutOut put_out;
  bool claimed = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto room = room_locked(); !room) return room;
    auto admitted = threads_.admit(run, now_us());
    if (!admitted) return fail(admitted.error());
    put_out = std::move(*admitted);
    register_locked(run);
    if (observer_ != nullptr) observer_->accepted(run);
    claimed = run->phase == ActiveRun::Phase::kStarting;
    if (!claimed) set_alarm_locked(run);
    // Under the lock, so that the row comes before whatever the next holder of the thread writes about it.
    write_accepted(run, claimed ? Turn::kNow : Turn::kLater, std::move(fresh), std::move(acknowledged));
  }
  for (const auto& other : put_out) finish_queued(other);
  if (claimed) start(run, past);
  return {};
}

Status RunScheduler::submit_ephemeral(const ActiveRunPtr& run, const Acknowledged& acknowledged) {
  {
    const std::lock_guard lock(mutex_);
    if (auto room = room_locked(); !room) return room;
    run->phase = ActiveRun::Phase::kStarting;
    register_locked(run);
  }
  acknowledged({});
  start(run, Past::kNone);
  return {};
}

Status RunScheduler::room_locked() const {
  if (stopping_) return fail(ErrorCode::kUnavailable, "the server is shutting down");
  if (runs_.size() < limits_.max_runs_in_flight) return {};
  return fail(ErrorCode::kExhausted, "too many runs in flight (runtime.max_runs_in_flight is " +
                                         std::to_string(limits_.max_runs_in_flight) + "); try again later");
}

void RunScheduler::register_locked(const ActiveRunPtr& run) {
  run->meter = &meters_.of(run->graph.graph->id());
  runs_.emplace(run->row.run_id, run);
}

void RunScheduler::write_accepted(const ActiveRunPtr& run, Turn turn, std::optional<models::Thread> fresh,
                                  Acknowledged acknowledged) {
  const bool can_try_again = fresh && turn == Turn::kLater;
  auto batch = rows_of_accepted(*run, turn, std::move(fresh), limits_.thread_ttl);
  auto stored = [this, run, can_try_again,
                 acknowledged = std::move(acknowledged)](const Status& written) mutable {
    // Somebody else made the thread meanwhile, and holds it: this run waits for it like any other.
    if (!written && can_try_again && written.error().code == ErrorCode::kAlreadyExists) {
      return write_accepted(run, Turn::kLater, std::nullopt, std::move(acknowledged));
    }
    if (!written) cancel(run->row.run_id, CancelAction::kInterrupt);
    acknowledged(written);
  };
  // Whoever follows the thread hears of the run as it goes.
  const auto haste = run->followed ? storage::Haste::kNow : run->haste;
  storage_.write(std::move(batch), std::move(stored), haste);
}

// ---- Running ----

void RunScheduler::begin(const ActiveRunPtr& run) {
  run->row.attempts += 1;
  storage::Batch batch;
  batch.push_back(
      storage::UpdateRun{run->row.run_id, now_us(), RunStatus::kRunning, run->row.attempts, {}, {}});
  storage_.write(
      std::move(batch), [](const Status&) {}, storage::Haste::kSoon);
  storage_.readers().post([this, run] { start(run, Past::kStored); });
}

void RunScheduler::start(const ActiveRunPtr& run, Past past) {
  run->started_at = now_us();
  run->meter->started();
  auto checkpoints = load_checkpoints(*run, past);
  if (!checkpoints) return run_ended(run, RunResult{RunEnd::kRefused, std::nullopt, checkpoints.error()});
  auto latest = checkpoints->latest;
  auto start = choose_start(*run, std::move(checkpoints->latest), std::move(checkpoints->chosen));
  if (!start) return run_ended(run, RunResult{RunEnd::kRefused, std::move(latest), start.error()});
  launch(run, std::move(*start));
}

Result<RunScheduler::StartingPoints> RunScheduler::load_checkpoints(const ActiveRun& run, Past past) {
  StartingPoints points;
  if (run.persistence == Persistence::kEphemeral) return points;
  if (past == Past::kStored) {
    auto latest = storage_.latest_checkpoint(run.row.thread_id, "");
    if (!latest) return fail(latest.error());
    points.latest = std::move(*latest);
  }
  const auto& asked = run.request.checkpoint_id;
  if (!asked) return points;
  auto chosen = storage_.checkpoint(run.row.thread_id, "", *asked);
  if (!chosen) return fail(chosen.error());
  points.chosen = std::move(*chosen);
  return points;
}

void RunScheduler::launch(const ActiveRunPtr& run, RunStart start) {
  auto spec = make_spec(*run, limits_.recursion_limit, limits_.run_timeout);
  spec.input = std::move(start.input);
  spec.from = std::move(start.from);
  spec.origin = start.origin;
  spec.meter = &run->meter->nodes();
  spec.lost_writes = &lost_writes_;
  run->trace = tracer_.begin(run->row.run_id, run->configurable);
  if (run->trace.context.is_traced()) spec.spans = tracer_.sink();
  spec.trace = run->trace.context;
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

// ---- Waiting for a moment ----

void RunScheduler::set_alarm_locked(const ActiveRunPtr& run) {
  const auto pause = std::chrono::microseconds(run->eligible_at - now_us());
  if (pause.count() <= 0) return;  // its turn comes when the thread is free
  run->alarm = timers_.after(pause, [this, run] {
    {
      const std::lock_guard lock(mutex_);
      run->alarm.reset();
      // The wall clock may have been set back meanwhile.
      if (run->phase == ActiveRun::Phase::kQueued && !run->cancelled) set_alarm_locked(run);
    }
    give_turn(run->row.thread_id);
  });
}

void RunScheduler::give_turn(const std::string& thread_id) {
  ActiveRunPtr next;
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) next = threads_.claim_next(thread_id, now_us());
  }
  if (next) begin(next);
}

// ---- Ending ----

void RunScheduler::run_ended(const ActiveRunPtr& run, RunResult result) {
  auto outcome = outcome_of(result);
  if (outcome.error) logger_.warn("runs", failure_text(*run, result));
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
  const bool rolls_back = cancelled == CancelAction::kRollback && !run->delete_thread_after;
  if (rolls_back && result.end == RunEnd::kCancelled) {
    return store_rollback(run, std::move(outcome));
  }
  store_outcome(run, result, std::move(outcome));
}

void RunScheduler::store_outcome(const ActiveRunPtr& run, const RunResult& result, RunOutcome outcome) {
  if (run->followed) run->final_state = result.checkpoint;
  const auto now = now_us();
  auto [batch, webhook] = farewell_to(*run, outcome, limits_.stored_streams);
  auto stored = [this, run, webhook = std::move(webhook), outcome](const Status& written) mutable {
    auto lost = run->journal->failure();
    if (!written && !lost) lost = written.error();
    if (lost) {
      logger_.error("runs", "run " + run->row.run_id + " could not be stored: " + lost->text);
      outcome.status = RunStatus::kError;
      outcome.end = RunEnd::kError;
      outcome.error = std::move(lost);
    }
    if (written && !webhook.empty()) webhooks_->deliver(webhook);
    runtime_.post([this, run, outcome = std::move(outcome)] { finish(run, outcome); });
  };
  if (run->delete_thread_after) {
    batch.push_back(storage::DeleteThread{run->row.thread_id});
    return storage_.write(std::move(batch), std::move(stored));
  }
  storage::UpdateRun row{run->row.run_id, now, outcome.status, {}, error_json(outcome.error), {}};
  auto thread = thread_after(run->row.thread_id, result, now);
  // Under the lock to the end: whoever is admitted meanwhile writes `busy` behind this.
  const std::lock_guard lock(mutex_);
  if (outcome.status == RunStatus::kInterrupted) row.cancel_reason = run->cancel_reason;
  thread.status = threads_.some_wait(run->row.thread_id) ? ThreadStatus::kBusy : resting_status(result);
  batch.push_back(std::move(row));
  batch.push_back(std::move(thread));
  storage_.write(std::move(batch), std::move(stored));
}

void RunScheduler::store_rollback(const ActiveRunPtr& run, RunOutcome outcome) {
  auto [batch, webhook] = farewell_to(*run, outcome, limits_.stored_streams);
  add_rollback(batch, *run);
  storage_.write(std::move(batch), [this, run, webhook = std::move(webhook),
                                    outcome](const Status& written) mutable {
    if (!written) {
      logger_.error("runs", "run " + run->row.run_id + " could not be rolled back: " + written.error().text);
    } else if (!webhook.empty()) {
      webhooks_->deliver(webhook);
    }
    storage_.readers().post([this, run, outcome = std::move(outcome)]() mutable {
      const auto latest = storage_.latest_checkpoint(run->row.thread_id, "");
      outcome.values = latest && *latest ? values_json(**latest) : "{}";
      runtime_.post([this, run, outcome = std::move(outcome)] { finish(run, outcome); });
    });
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
  }
  // Before it is no longer active: at no moment is it neither.
  if (!stopping) {
    remember(run, outcome);
    run->meter->ended(outcome.status, run->started_at);
    tracer_.ended(*run, outcome);
  }
  {
    const std::lock_guard lock(mutex_);
    runs_.erase(run->row.run_id);
    if (run->alarm) timers_.cancel(*run->alarm);
    waiters.swap(run->waiters);
    run->run.reset();
    threads_.leave(run);
    if (!stopping) next = threads_.claim_next(run->row.thread_id, now_us());
    drained = threads_.take_drained(run->row.thread_id);
  }
  // A client told "end" would not come back; one that is cut off reconnects after the restart.
  if (!stopping) close_events(run, outcome);
  for (const auto& waiter : waiters) waiter(outcome);
  for (const auto& callback : drained) callback();
  if (next) begin(next);
}

void RunScheduler::close_events(const ActiveRunPtr& run, const RunOutcome& outcome) {
  if (!run->events) return;
  run->events->let_go();
  if (outcome.error) run->events->publish("error", error_json(outcome.error));
  if (observer_ != nullptr && run->persistence == Persistence::kStored) observer_->ended(run, outcome);
  run->events->finish();
}

void RunScheduler::remember(const ActiveRunPtr& run, const RunOutcome& outcome) {
  const bool only_here = run->persistence == Persistence::kEphemeral || run->delete_thread_after;
  if (!only_here && !run->events) return;
  FinishedRun finished{run->row, {}, {}, run->events};
  finished.row.status = outcome.status;
  finished.asked.stream_modes = run->request.stream_modes;
  finished.asked.subgraphs = run->request.subgraphs;
  if (only_here) finished.outcome = outcome;
  finished_.keep(std::move(finished));
}

// A run that never started was put out: that is stored, and its waiters are told.
void RunScheduler::finish_queued(const ActiveRunPtr& run) {
  const RunOutcome outcome{RunStatus::kInterrupted, "{}", std::nullopt, RunEnd::kCancelled};
  auto [batch, webhook] = farewell_to(*run, outcome, limits_.stored_streams);
  add_put_out(batch, *run);
  storage_.write(std::move(batch), [this, run, webhook = std::move(webhook), outcome](const Status& written) {
    if (written && !webhook.empty()) webhooks_->deliver(webhook);
    runtime_.post([this, run, outcome] { finish(run, outcome); });
  });
}

// ---- Asking and cancelling ----

std::vector<ActiveRunPtr> RunScheduler::active_on(const std::string& thread_id) const {
  const std::lock_guard lock(mutex_);
  return threads_.runs_of(thread_id);
}

ActiveRunPtr RunScheduler::find(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(std::string(run_id));
  return found == runs_.end() ? nullptr : found->second;
}

std::vector<std::string> RunScheduler::active_runs(Which which) const {
  std::vector<std::string> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, run] : runs_) {
    const bool pending = run->phase == ActiveRun::Phase::kQueued;
    if (which == Which::kAll || pending == (which == Which::kPending)) ids.push_back(id);
  }
  return ids;
}

bool RunScheduler::when_ended(std::string_view run_id, Ended ended) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(std::string(run_id));
  if (found == runs_.end()) return false;
  found->second->waiters.push_back(std::move(ended));
  return true;
}

bool RunScheduler::cancel(std::string_view run_id, CancelAction action, std::optional<std::string> reason) {
  ActiveRunPtr queued;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(std::string(run_id));
    if (found == runs_.end()) return false;
    const auto& run = found->second;
    // At a shutdown clients are cut off by us: that is no wish of theirs to cancel.
    if (run->cancelled || stopping_) return true;
    run->cancelled = action;
    run->cancel_reason = std::move(reason);
    if (run->phase == ActiveRun::Phase::kQueued) {
      threads_.withdraw(run);
      queued = run;
    } else if (run->run) {
      run->run->cancel(runtime::CancelReason::kUser);
    }
  }
  if (queued) finish_queued(queued);
  return true;
}

void RunScheduler::drain_thread(const std::string& thread_id, std::function<void()> drained) {
  ThreadQueues::PutOut put_out;
  std::vector<std::function<void()>> empty_now;
  {
    const std::lock_guard lock(mutex_);
    put_out = threads_.drain(thread_id, std::move(drained));
    empty_now = threads_.take_drained(thread_id);
  }
  for (const auto& run : put_out) finish_queued(run);
  for (const auto& callback : empty_now) callback();
}

void RunScheduler::release_thread(const std::string& thread_id) {
  if (observer_ != nullptr) observer_->thread_deleted(thread_id);
  const std::lock_guard lock(mutex_);
  threads_.release(thread_id);
}

Status RunScheduler::hold_thread(const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  return threads_.hold(thread_id);
}

void RunScheduler::let_go_of_thread(const std::string& thread_id) {
  {
    const std::lock_guard lock(mutex_);
    threads_.release(thread_id);
  }
  give_turn(thread_id);
}

// ---- Starting up and stopping ----

void RunScheduler::readmit(const ActiveRunPtr& run) {
  const std::lock_guard lock(mutex_);
  register_locked(run);
  if (observer_ != nullptr) observer_->taken_up(run);
  threads_.readmit(run);
}

void RunScheduler::go() {
  std::vector<ActiveRunPtr> ready;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& thread_id : threads_.threads()) (void)threads_.claim_next(thread_id, now_us());
    for (const auto& [id, run] : runs_) {
      if (run->phase == ActiveRun::Phase::kStarting) {
        ready.push_back(run);
      } else if (run->phase == ActiveRun::Phase::kQueued) {
        set_alarm_locked(run);
      }
    }
  }
  for (const auto& run : ready) begin(run);
}

void RunScheduler::tell_given_up(const models::Run& run, const Error& why) {
  if (observer_ != nullptr) observer_->given_up(run, why);
}

void RunScheduler::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& [id, run] : runs_) {
    if (run->alarm) timers_.cancel(*std::exchange(run->alarm, std::nullopt));
    if (run->run) run->run->cancel(runtime::CancelReason::kShutdown);
  }
}

std::size_t RunScheduler::in_flight() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(runs_.begin(), runs_.end(), [](const auto& entry) {
    return entry.second->phase != ActiveRun::Phase::kQueued;
  }));
}

void RunScheduler::add_metrics(telemetry::MetricPage& page) const {
  using Kind = telemetry::MetricPage::Kind;
  const std::lock_guard lock(mutex_);
  const auto queued = std::count_if(runs_.begin(), runs_.end(), [](const auto& entry) {
    return entry.second->phase == ActiveRun::Phase::kQueued;
  });
  const auto all = static_cast<std::int64_t>(runs_.size());
  page.single("agenthost_runs_queued", Kind::kGauge, "Runs that wait for their thread or their moment.",
              std::int64_t{queued});
  page.single("agenthost_runs_running", Kind::kGauge, "Runs in flight.", all - std::int64_t{queued});
  meters_.add_to(page);
}

}  // namespace agenthost::services
