#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/sqlite/lookups.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

std::optional<std::string> metadata_of(Connection& connection, const std::string& thread_id) {
  Query query(connection, "SELECT metadata FROM threads WHERE thread_id = ?");
  query.bind(thread_id);
  if (!query.next()) return std::nullopt;
  return query.text(0);
}

}  // namespace

Status apply(Connection& connection, const InsertThread& write) {
  const auto& thread = write.thread;
  const int inserted =
      Query(connection,
            "INSERT INTO threads (thread_id, created_at, updated_at, state_updated_at, metadata, status, "
            "config,"
            " interrupts, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
          .bind(thread.thread_id, thread.created_at, thread.updated_at, thread.state_updated_at,
                thread.metadata, to_string(thread.status), thread.config, thread.interrupts, thread.error)
          .run();
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, "Thread already exists");
  return {};
}

Status apply(Connection& connection, const UpdateThread& write) {
  // Only what changes is named, so that the indices of the rest are left alone.
  Clauses changes;
  if (write.now != 0) changes.add("updated_at = ?", {write.now});
  if (write.state_changed) changes.add("state_updated_at = ?", {write.now});
  if (write.status) changes.add("status = ?", {std::string(to_string(*write.status))});
  if (write.config) changes.add("config = ?", {*write.config});
  if (write.interrupts) changes.add("interrupts = ?", {*write.interrupts});
  if (write.error) changes.add("error = ?", {*write.error});
  if (write.merge_metadata) {
    const auto stored = metadata_of(connection, write.thread_id);
    if (!stored) return fail(thread_missing(write.thread_id));
    // Writing it again would make the triggers index it again.
    auto merged = merge_objects(*stored, *write.merge_metadata);
    if (merged != *stored) changes.add("metadata = ?", {std::move(merged)});
  }
  if (changes.empty()) {
    return thread_exists(connection, write.thread_id) ? Status{} : fail(thread_missing(write.thread_id));
  }
  Query query(connection, "UPDATE threads SET " + changes.joined(", ") + " WHERE thread_id = ?");
  changes.bind(query);
  if (query.bind(write.thread_id).run() == 0) return fail(thread_missing(write.thread_id));
  return {};
}

Status apply(Connection& connection, const DeleteThread& write) {
  const int deleted =
      Query(connection, "DELETE FROM threads WHERE thread_id = ?").bind(write.thread_id).run();
  if (deleted == 0) return fail(thread_missing(write.thread_id));
  return {};
}

}  // namespace agenthost::storage
