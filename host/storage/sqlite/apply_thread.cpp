#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/checkpoint_codec.hpp"
#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/sqlite/labels.hpp"
#include "host/storage/sqlite/lookups.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

struct Stored {
  ThreadNumber number;
  std::string metadata;
  models::ThreadStatus status;
};

std::optional<Stored> find(Connection& connection, const std::string& thread_id) {
  Query query(connection, "SELECT number, metadata, status FROM threads WHERE thread_id = ?");
  query.bind(thread_id);
  if (!query.next()) return std::nullopt;
  return Stored{query.integer(0), query.text(1),
                models::thread_status_from(query.text(2)).value_or(models::ThreadStatus::kIdle)};
}

ThreadNumber next_number(Connection& connection) {
  Query last(connection, "SELECT coalesce(max(number), -1) FROM threads");
  last.next();
  return last.integer(0) + 1;
}

void insert_ttl(Connection& connection, const models::Thread& thread) {
  if (!thread.ttl) return;
  Query(connection,
        "UPDATE threads SET ttl_minutes = ?, ttl_strategy = ?, expires_at = ? WHERE thread_id = ?")
      .bind(thread.ttl->minutes, to_string(thread.ttl->strategy), thread.ttl->expires_at, thread.thread_id)
      .run();
}

bool has_active_run(Connection& connection, const std::string& thread_id) {
  Query query(connection,
              "SELECT 1 FROM runs WHERE thread_id = ? AND status IN ('pending', 'running') LIMIT 1");
  return query.bind(thread_id).next();
}

// What the latest root checkpoint waits for, by task.
Result<std::string> pending_interrupts(Connection& connection, const std::string& thread_id) {
  Query query(connection,
              "SELECT tasks FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = '' ORDER BY "
              "checkpoint_id DESC LIMIT 1");
  if (!query.bind(thread_id).next()) return std::string("{}");
  auto tasks = decode_tasks(query.text(0));
  if (!tasks) return fail(tasks.error());
  models::Checkpoint checkpoint;
  checkpoint.tasks = std::move(*tasks);
  return interrupts_by_task_json(checkpoint);
}

}  // namespace

Status apply(Connection& connection, const InsertThread& write) {
  const auto& thread = write.thread;
  const auto number = next_number(connection);
  const int inserted =
      Query(connection,
            "INSERT INTO threads (thread_id, number, created_at, updated_at, state_updated_at, metadata, "
            "status,"
            " config, interrupts, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
          .bind(thread.thread_id, number, thread.created_at, thread.updated_at, thread.state_updated_at,
                thread.metadata, to_string(thread.status), thread.config, thread.interrupts, thread.error)
          .run();
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, "Thread already exists");
  auto labels = labels_of(thread.metadata);
  labels.push_back(label_of(thread.status));
  relabel(connection, number, {}, std::move(labels));
  insert_ttl(connection, thread);
  return {};
}

Status apply(Connection& connection, const UpdateThread& write) {
  const auto stored = find(connection, write.thread_id);
  if (!stored) return fail(thread_missing(write.thread_id));
  // Only what changes is named, so that the indices of the rest are left alone.
  Clauses changes;
  if (write.now != 0) changes.add("updated_at = ?", {write.now});
  if (write.state_changed) changes.add("state_updated_at = ?", {write.now});
  if (write.status && *write.status != stored->status) {
    changes.add("status = ?", {std::string(to_string(*write.status))});
    relabel(connection, stored->number, {label_of(stored->status)}, {label_of(*write.status)});
  }
  if (write.config) changes.add("config = ?", {*write.config});
  if (write.interrupts) changes.add("interrupts = ?", {*write.interrupts});
  if (write.error) changes.add("error = ?", {*write.error});
  if (write.merge_metadata) {
    auto merged = merge_objects(stored->metadata, *write.merge_metadata);
    if (merged != stored->metadata) {
      relabel(connection, stored->number, labels_of(stored->metadata), labels_of(merged));
      changes.add("metadata = ?", {std::move(merged)});
    }
  }
  if (write.ttl) {
    changes.add("ttl_minutes = ?", {write.ttl->minutes});
    changes.add("ttl_strategy = ?", {std::string(to_string(write.ttl->strategy))});
    changes.add("expires_at = ?", {write.ttl->expires_at});
  }
  if (changes.empty()) return {};
  Query query(connection, "UPDATE threads SET " + changes.joined(", ") + " WHERE thread_id = ?");
  changes.bind(query);
  query.bind(write.thread_id).run();
  return {};
}

Status apply(Connection& connection, const SettleThread& write) {
  Query row(connection, "SELECT error FROM threads WHERE thread_id = ?");
  if (!row.bind(write.thread_id).next()) return fail(thread_missing(write.thread_id));
  const bool failed = row.text(0) != "null";
  auto interrupts = pending_interrupts(connection, write.thread_id);
  if (!interrupts) return fail(interrupts.error());
  UpdateThread change;
  change.thread_id = write.thread_id;
  change.now = write.now;
  change.status = has_active_run(connection, write.thread_id) ? models::ThreadStatus::kBusy
                  : failed                                    ? models::ThreadStatus::kError
                  : *interrupts != "{}"                       ? models::ThreadStatus::kInterrupted
                                                              : models::ThreadStatus::kIdle;
  change.interrupts = std::move(*interrupts);
  change.state_changed = true;
  return apply(connection, change);
}

Status apply(Connection& connection, const DeleteThread& write) {
  if (!delete_thread(connection, write.thread_id)) return fail(thread_missing(write.thread_id));
  return {};
}

}  // namespace agenthost::storage
