#include "host/services/cron_scheduler.hpp"

#include <atomic>
#include <memory>

namespace agenthost::services {
namespace {

constexpr int kAtOnce = 100;
constexpr Micros kPause = 10'000'000;

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kExhausted || error.code == ErrorCode::kUnavailable;
}

// The run a cron asks for.
Result<models::RunRequest> request_of(const models::Cron& cron) {
  const auto payload = parse_json(cron.payload);
  if (!payload) return fail(payload.error());
  auto request = models::RunRequest::from_json(*payload);
  if (!request) return request;
  request->assistant_id = cron.assistant_id;
  request->metadata = merge_objects(cron.metadata, "{\"cron_id\":" + quote(cron.cron_id) + "}");
  request->on_completion = cron.on_run_completed;
  return request;
}

}  // namespace

// The crons that were found due together.
struct CronScheduler::Round {
  std::atomic<std::size_t> left{0};
  std::atomic<bool> pause{false};
};

CronScheduler::CronScheduler(storage::Storage& storage, RunService& runs, AlarmClock& clock,
                             telemetry::Logger& logger)
    : storage_(storage), runs_(runs), clock_(clock), logger_(logger) {}

void CronScheduler::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

void CronScheduler::look_soon() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    // One round after the other: a cron stays due until its tick is on disk.
    if (looking_) {
      look_again_ = true;
      return;
    }
    looking_ = true;
  }
  storage_.readers().post([this] { look(); });
}

void CronScheduler::look() {
  const auto due = storage_.due_crons(clock_.now(), kAtOnce);
  if (!due) {
    logger_.error("crons", "cannot look for crons that are due: " + due.error().text);
    return rest(clock_.now() + kPause);
  }
  if (due->empty()) {
    const auto next = storage_.next_cron_time();
    return rest(next ? *next : clock_.now() + kPause);
  }
  // Shared because: the runs are acknowledged one by one, from other threads.
  const auto round = std::make_shared<Round>();
  round->left = due->size();
  for (const auto& cron : *due) fire(cron, round);
}

void CronScheduler::fire(const models::Cron& cron, const std::shared_ptr<Round>& round) {
  const auto next = models::next_run(cron, clock_.now());
  if (!next) logger_.error("crons", "cron " + cron.cron_id + " comes no more: " + next.error().text);
  const storage::FireCron turn{cron.cron_id, *cron.next_run, next.value_or(std::nullopt)};
  auto request = request_of(cron);
  if (!request) return refused(cron, turn, request.error(), round);
  const auto told = [this, cron, turn, round](const Result<ActiveRunPtr>& run) {
    if (run) return finish(round, Turn::kTaken);
    // From whatever thread: what follows reads nothing.
    refused(cron, turn, run.error(), round);
  };
  storage::Batch together;
  together.push_back(turn);
  constexpr auto kBackground = Delivery::kBackground;
  if (cron.thread_id)
    return runs_.create(*cron.thread_id, std::move(*request), kBackground, told, std::move(together));
  runs_.create_stateless(std::move(*request), kBackground, told, std::move(together));
}

void CronScheduler::refused(const models::Cron& cron, const storage::FireCron& turn, const Error& error,
                            const std::shared_ptr<Round>& round) {
  logger_.warn("crons", "cron " + cron.cron_id + " made no run: " + error.text);
  if (may_pass(error)) return finish(round, Turn::kLater);
  storage::Batch batch;
  batch.push_back(turn);
  storage_.write(std::move(batch), [this, round](const Status& written) {
    // Changed or deleted meanwhile: then this tick is no longer due.
    const bool settled = written || written.error().code == ErrorCode::kConflict ||
                         written.error().code == ErrorCode::kNotFound;
    finish(round, settled ? Turn::kTaken : Turn::kLater);
  });
}

void CronScheduler::finish(const std::shared_ptr<Round>& round, Turn turn) {
  if (turn == Turn::kLater) round->pause = true;
  if (--round->left > 0) return;
  if (round->pause) return rest(clock_.now() + kPause);
  storage_.readers().post([this] { look(); });
}

void CronScheduler::rest(std::optional<Micros> until) {
  {
    const std::lock_guard lock(mutex_);
    looking_ = false;
    if (stopped_) return;
    if (!std::exchange(look_again_, false)) {
      if (until) clock_.set(*until, [this] { look_soon(); });
      return;
    }
  }
  look_soon();
}

}  // namespace agenthost::services
