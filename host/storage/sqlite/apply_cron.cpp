#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/lookups.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

bool assistant_exists(Connection& connection, const std::string& id) {
  Query query(connection, "SELECT 1 FROM assistants WHERE assistant_id = ?");
  return query.bind(id).next();
}

bool cron_exists(Connection& connection, const std::string& id) {
  Query query(connection, "SELECT 1 FROM crons WHERE cron_id = ?");
  return query.bind(id).next();
}

// Why a statement found no cron to change.
tl::unexpected<Error> gone_or_changed(Connection& connection, const std::string& id) {
  if (!cron_exists(connection, id)) return fail(cron_missing(id));
  return fail(ErrorCode::kConflict, "the cron was changed meanwhile; read it again and repeat the change");
}

std::string_view word_of(models::OnCompletion choice) {
  return choice == models::OnCompletion::kKeep ? "keep" : "delete";
}

}  // namespace

Status apply(Connection& connection, const InsertCron& write) {
  const auto& cron = write.cron;
  if (!assistant_exists(connection, cron.assistant_id)) return fail(assistant_missing(cron.assistant_id));
  if (cron.thread_id && !thread_exists(connection, *cron.thread_id)) {
    return fail(thread_missing(*cron.thread_id));
  }
  static const std::string kInsert =
      std::string("INSERT INTO crons (") + kCronColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  Query(connection, kInsert)
      .bind(cron.cron_id, cron.assistant_id, cron.thread_id, word_of(cron.on_run_completed), cron.schedule,
            cron.timezone, cron.end_time, cron.created_at, cron.updated_at, cron.payload, cron.next_run,
            cron.metadata, cron.enabled ? 1 : 0)
      .run();
  return {};
}

Status apply(Connection& connection, const UpdateCron& write) {
  const auto& cron = write.cron;
  const int updated =
      Query(connection,
            "UPDATE crons SET on_run_completed = ?, schedule = ?, timezone = ?, end_time = ?, updated_at = ?,"
            " payload = ?, next_run_date = ?, metadata = ?, enabled = ?"
            " WHERE cron_id = ? AND updated_at = ? AND next_run_date IS ?")
          .bind(word_of(cron.on_run_completed), cron.schedule, cron.timezone, cron.end_time, cron.updated_at,
                cron.payload, cron.next_run, cron.metadata, cron.enabled ? 1 : 0, cron.cron_id,
                write.seen.updated_at, write.seen.next_run)
          .run();
  if (updated == 0) return gone_or_changed(connection, cron.cron_id);
  return {};
}

Status apply(Connection& connection, const DeleteCron& write) {
  const int deleted = Query(connection, "DELETE FROM crons WHERE cron_id = ?").bind(write.cron_id).run();
  if (deleted == 0) return fail(cron_missing(write.cron_id));
  return {};
}

Status apply(Connection& connection, const FireCron& write) {
  const int updated =
      Query(connection, "UPDATE crons SET next_run_date = ? WHERE cron_id = ? AND next_run_date = ?")
          .bind(write.next_run, write.cron_id, write.due)
          .run();
  if (updated == 0) return gone_or_changed(connection, write.cron_id);
  return {};
}

}  // namespace agenthost::storage
