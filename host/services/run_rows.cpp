#include "host/services/run_rows.hpp"

#include <utility>

#include "host/services/run_outcome.hpp"

namespace agenthost::services {
namespace {

storage::Write row_of_thread(const ActiveRun& run, std::optional<models::Thread> fresh,
                             const models::DefaultTtl& ttl) {
  auto metadata = "{\"graph_id\":" + quote(run.graph.graph->id()) +
                  ",\"assistant_id\":" + quote(run.row.assistant_id) + "}";
  if (fresh) {
    fresh->status = models::ThreadStatus::kBusy;
    fresh->metadata = merge_objects(fresh->metadata, metadata);
    fresh->config = run.thread_config;
    fresh->ttl = make_ttl(ttl, fresh->created_at);
    return storage::InsertThread{std::move(*fresh)};
  }
  storage::UpdateThread thread;
  thread.thread_id = run.row.thread_id;
  thread.status = models::ThreadStatus::kBusy;
  thread.merge_metadata = std::move(metadata);
  thread.config = run.thread_config;
  return thread;
}

}  // namespace

storage::Batch rows_of_accepted(const ActiveRun& run, Turn turn, std::optional<models::Thread> fresh,
                                const models::DefaultTtl& ttl) {
  auto batch = run.together;
  batch.push_back(row_of_thread(run, std::move(fresh), ttl));
  auto row = run.row;
  if (turn == Turn::kNow) {
    row.status = models::RunStatus::kRunning;
    row.attempts = 1;
  }
  const auto events = run.request.resumable ? storage::KeepEvents::kYes : storage::KeepEvents::kNo;
  batch.push_back(storage::InsertRun{std::move(row), events});
  return batch;
}

Farewell farewell_to(const ActiveRun& run, const RunOutcome& outcome, std::chrono::milliseconds keep_events) {
  Farewell farewell;
  const auto now = now_us();
  if (run.request.resumable) {
    const auto kept = std::chrono::microseconds(keep_events).count();
    farewell.batch.push_back(storage::EndRunEvents{run.row.run_id, now, now - kept});
  }
  if (auto webhook = webhook_about(run.row, run.request.webhook, outcome, run.started_at)) {
    farewell.webhook_id = webhook->webhook_id;
    farewell.batch.push_back(storage::InsertWebhook{std::move(*webhook)});
  }
  return farewell;
}

void add_rollback(storage::Batch& batch, const ActiveRun& run) {
  batch.push_back(storage::DeleteRun{run.row.thread_id, run.row.run_id, storage::WithCheckpoints::kYes});
  batch.push_back(storage::SettleThread{run.row.thread_id, now_us()});
}

void add_put_out(storage::Batch& batch, const ActiveRun& run) {
  if (run.delete_thread_after) {
    batch.push_back(storage::DeleteThread{run.row.thread_id});
    return;
  }
  if (run.cancelled == CancelAction::kRollback) {
    batch.push_back(storage::DeleteRun{run.row.thread_id, run.row.run_id, storage::WithCheckpoints::kNo});
  } else {
    batch.push_back(storage::UpdateRun{
        run.row.run_id, now_us(), models::RunStatus::kInterrupted, {}, {}, run.cancel_reason});
  }
  batch.push_back(storage::SettleThread{run.row.thread_id, now_us()});
}

}  // namespace agenthost::services
