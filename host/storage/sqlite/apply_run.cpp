#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/sqlite/lookups.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

// A value may be shared with any checkpoint of the thread (a fork copies versions across branches), so the
// versions still in use are gathered from all that remain: one pass over the thread, paid by a rollback
// alone.
void delete_unused_values(Connection& connection, const std::string& thread_id) {
  Query(connection,
        "DELETE FROM channel_values WHERE thread_id = ?1 AND (checkpoint_ns, channel, version) NOT IN"
        " (SELECT c.checkpoint_ns, used.key, used.value FROM checkpoints AS c, json_each(c.channels) AS used"
        "  WHERE c.thread_id = ?1)")
      .bind(thread_id)
      .run();
}

}  // namespace

Status apply(Connection& connection, const InsertRun& write) {
  const auto& run = write.run;
  if (!thread_exists(connection, run.thread_id)) return fail(thread_missing(run.thread_id));
  const int inserted = Query(connection,
                             "INSERT INTO runs (run_id, thread_id, assistant_id, created_at, updated_at, "
                             "status, multitask_strategy, attempts, metadata, error, kwargs, cancel_reason)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
                           .bind(run.run_id, run.thread_id, run.assistant_id, run.created_at, run.updated_at,
                                 to_string(run.status), to_string(run.multitask_strategy), run.attempts,
                                 run.metadata, run.error, run.kwargs, run.cancel_reason)
                           .run();
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, "Run already exists");
  if (write.keep_events == KeepEvents::kYes)
    Query(connection, "INSERT INTO run_streams (run_id) VALUES (?)").bind(run.run_id).run();
  return {};
}

Status apply(Connection& connection, const UpdateRun& write) {
  Clauses changes;
  changes.add("updated_at = ?", {write.now});
  if (write.status) changes.add("status = ?", {std::string(to_string(*write.status))});
  if (write.attempts) changes.add("attempts = ?", {std::int64_t{*write.attempts}});
  if (write.error) changes.add("error = ?", {*write.error});
  if (write.cancel_reason) changes.add("cancel_reason = ?", {*write.cancel_reason});
  Query query(connection, "UPDATE runs SET " + changes.joined(", ") + " WHERE run_id = ?");
  changes.bind(query);
  if (query.bind(write.run_id).run() == 0) return fail(run_missing(write.run_id));
  return {};
}

Status apply(Connection& connection, const DeleteRun& write) {
  const int deleted = Query(connection, "DELETE FROM runs WHERE run_id = ? AND thread_id = ?")
                          .bind(write.run_id, write.thread_id)
                          .run();
  if (deleted == 0) return fail(run_missing(write.run_id));
  if (write.with_checkpoints == WithCheckpoints::kNo) return {};
  const int checkpoints = Query(connection, "DELETE FROM checkpoints WHERE thread_id = ? AND run_id = ?")
                              .bind(write.thread_id, write.run_id)
                              .run();
  if (checkpoints > 0) delete_unused_values(connection, write.thread_id);
  return {};
}

}  // namespace agenthost::storage
