#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {
namespace {

bool keeps_events(Connection& connection, const std::string& run_id) {
  Query query(connection, "SELECT 1 FROM run_streams WHERE run_id = ?");
  return query.bind(run_id).next();
}

}  // namespace

Status apply(Connection& connection, const AppendRunEvents& write) {
  if (!keeps_events(connection, write.run_id)) return {};
  for (const auto& event : write.events) {
    Query(connection,
          "INSERT INTO run_events (run_id, event_id, name, mode, ns, data) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(write.run_id, static_cast<std::int64_t>(event.id), event.name,
              static_cast<std::int64_t>(event.mode), event.ns, event.data)
        .run();
  }
  if (write.forget_through == 0) return {};
  Query(connection, "DELETE FROM run_events WHERE run_id = ? AND event_id <= ?")
      .bind(write.run_id, static_cast<std::int64_t>(write.forget_through))
      .run();
  return {};
}

Status apply(Connection& connection, const EndRunEvents& write) {
  Query(connection, "UPDATE run_streams SET ended_at = ? WHERE run_id = ?")
      .bind(write.now, write.run_id)
      .run();
  Query(connection, "DELETE FROM run_streams WHERE ended_at IS NOT NULL AND ended_at < ?")
      .bind(write.forget_before)
      .run();
  return {};
}

}  // namespace agenthost::storage
