#include "host/storage/sqlite/label_changes.hpp"

#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {
namespace {

Chunk stored_chunk(Connection& connection, std::int64_t label_id, std::int64_t index) {
  Query query(connection, "SELECT members FROM labelled_threads WHERE label_id = ? AND chunk = ?");
  return query.bind(label_id, index).next() ? Chunk::decode(query.blob(0)) : Chunk();
}

void store_chunk(Connection& connection, std::int64_t label_id, std::int64_t index, const Chunk& chunk) {
  const auto members = chunk.encode();
  Query(connection,
        "INSERT INTO labelled_threads (label_id, chunk, threads, members) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET threads = excluded.threads, members = excluded.members")
      .bind(label_id, index, chunk.count(), Blob{members})
      .run();
}

void drop_chunk(Connection& connection, std::int64_t label_id, std::int64_t index) {
  Query(connection, "DELETE FROM labelled_threads WHERE label_id = ? AND chunk = ?")
      .bind(label_id, index)
      .run();
  Query(connection,
        "DELETE FROM thread_labels WHERE label_id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM labelled_threads WHERE label_id = ?1)")
      .bind(label_id)
      .run();
}

}  // namespace

void LabelChanges::flush(Connection& connection) {
  std::vector<Place> emptied;
  for (const auto& [place, threads] : changes_) {
    const auto [label_id, index] = place;
    auto chunk = stored_chunk(connection, label_id, index);
    for (const auto& [thread, has] : threads) has ? chunk.add(thread) : chunk.remove(thread);
    if (chunk.count() > 0) {
      store_chunk(connection, label_id, index, chunk);
    } else {
      emptied.push_back(place);
    }
  }
  // Last, when it is known which labels have threads elsewhere.
  for (const auto& [label_id, index] : emptied) drop_chunk(connection, label_id, index);
  forget();
}

void LabelChanges::forget() {
  changes_.clear();
  label_ids_.clear();
}

}  // namespace agenthost::storage
