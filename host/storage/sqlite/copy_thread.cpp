#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

std::optional<models::Thread> find(Connection& connection, const std::string& thread_id) {
  static const std::string kFind =
      std::string("SELECT ") + kThreadColumns + " FROM threads t WHERE t.thread_id = ?";
  Query query(connection, kFind);
  query.bind(thread_id);
  if (!query.next()) return std::nullopt;
  return thread_row(query);
}

// No run comes along, so the thread rests where its state does: a run may have answered already what the row
// still asks.
Status leave_run(Connection& connection, const std::string& source_id, models::Thread& thread) {
  const auto latest = read_latest_checkpoint(connection, source_id, "");
  if (!latest) return fail(latest.error());
  thread.interrupts = *latest ? interrupts_by_task_json(**latest) : "{}";
  thread.status =
      thread.interrupts == "{}" ? models::ThreadStatus::kIdle : models::ThreadStatus::kInterrupted;
  return {};
}

}  // namespace

Status apply(Connection& connection, const CopyThread& write) {
  auto thread = find(connection, write.source_id);
  if (!thread) return fail(ErrorCode::kConflict, "Thread not found");
  thread->thread_id = write.thread_id;
  thread->created_at = thread->updated_at = thread->state_updated_at = write.now;
  thread->metadata = merge_objects(thread->metadata, "{\"thread_id\":" + quote(write.thread_id) + "}");
  if (thread->status == models::ThreadStatus::kBusy) {
    if (auto good = leave_run(connection, write.source_id, *thread); !good) return good;
  }
  thread->ttl = write.ttl;
  if (auto inserted = apply(connection, InsertThread{std::move(*thread)}); !inserted) return inserted;
  Query(connection,
        "INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_id, run_id, step, source,"
        " created_at, metadata, channels, tasks, written_by) SELECT ?, checkpoint_ns, checkpoint_id,"
        " parent_id, run_id, step, source, created_at, metadata, channels, tasks, written_by"
        " FROM checkpoints WHERE thread_id = ?")
      .bind(write.thread_id, write.source_id)
      .run();
  Query(connection,
        "INSERT INTO channel_values (thread_id, checkpoint_ns, channel, version, value)"
        " SELECT ?, checkpoint_ns, channel, version, value FROM channel_values WHERE thread_id = ?")
      .bind(write.thread_id, write.source_id)
      .run();
  return {};
}

}  // namespace agenthost::storage
