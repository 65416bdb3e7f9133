#include "host/storage/sqlite/tally.hpp"

#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {

void Tally::flush(Connection& connection) {
  for (const auto& [status, threads] : by_status_) {
    if (threads == 0) continue;
    Query(connection, "UPDATE thread_counts SET threads = threads + ? WHERE status = ?")
        .bind(threads, status)
        .run();
  }
  for (const auto& [label_id, last] : last_updates_) {
    Query(connection, "UPDATE thread_labels SET last_update = ?1 WHERE label_id = ?2 AND last_update < ?1")
        .bind(last, label_id)
        .run();
  }
  for (const auto& [label_id, threads] : by_label_) {
    if (threads != 0) {
      Query(connection, "UPDATE thread_labels SET threads = threads + ? WHERE label_id = ?")
          .bind(threads, label_id)
          .run();
    }
    if (threads > 0) continue;
    Query(connection, "DELETE FROM thread_labels WHERE label_id = ? AND threads = 0").bind(label_id).run();
  }
  forget();
}

void Tally::forget() {
  by_status_.clear();
  by_label_.clear();
  last_updates_.clear();
  label_ids_.clear();
}

}  // namespace agenthost::storage
