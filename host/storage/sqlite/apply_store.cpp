#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/namespace_text.hpp"
#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {

Status apply(Connection& connection, const PutStoreItem& write) {
  const auto& item = write.item;
  const auto name_space = join_labels(item.name_space);
  const auto expires_at = write.ttl ? std::optional(item.updated_at + *write.ttl) : std::nullopt;
  Query(connection,
        "INSERT INTO store_items (namespace, key, value, created_at, updated_at, ttl, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " created_at = iif(expires_at <= excluded.updated_at, excluded.created_at, created_at),"
        " value = excluded.value, updated_at = excluded.updated_at, ttl = excluded.ttl,"
        " expires_at = excluded.expires_at")
      .bind(name_space, item.key, item.value, item.created_at, item.updated_at, write.ttl, expires_at)
      .run();
  return {};
}

Status apply(Connection& connection, const DeleteStoreItem& write) {
  const auto name_space = join_labels(write.name_space);
  Query(connection, "DELETE FROM store_items WHERE namespace = ? AND key = ?")
      .bind(name_space, write.key)
      .run();
  return {};
}

Status apply(Connection& connection, const RefreshStoreItems& write) {
  for (const auto& item : write.items) {
    const auto name_space = join_labels(item.name_space);
    Query(
        connection,
        "UPDATE store_items SET expires_at = ?1 + ttl WHERE namespace = ?2 AND key = ?3 AND expires_at > ?1")
        .bind(write.now, name_space, item.key)
        .run();
  }
  return {};
}

Status apply(Connection& connection, const SweepStore& write) {
  Query(connection,
        "DELETE FROM store_items WHERE rowid IN"
        " (SELECT rowid FROM store_items WHERE expires_at IS NOT NULL AND expires_at <= ? LIMIT ?)")
      .bind(write.now, write.limit)
      .run();
  return {};
}

}  // namespace agenthost::storage
