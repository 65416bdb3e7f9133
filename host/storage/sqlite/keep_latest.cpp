#include <algorithm>
#include <vector>

#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/checkpoint_codec.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

// The checkpoint of a namespace that survives.
struct Kept {
  std::string ns;
  std::string checkpoint_id;
};

std::vector<Kept> latest_of_all(Connection& connection, const std::string& thread_id) {
  std::vector<Kept> latest;
  Query query(
      connection,
      "SELECT checkpoint_ns, max(checkpoint_id) FROM checkpoints WHERE thread_id = ? GROUP BY checkpoint_ns");
  query.bind(thread_id);
  while (query.next()) latest.push_back({query.text(0), query.text(1)});
  return latest;
}

// The namespaces that the tasks of the root's latest checkpoint open: "<node>:<task id>".
std::vector<std::string> open_namespaces(Connection& connection, const std::string& thread_id) {
  Query query(connection,
              "SELECT tasks FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''"
              " ORDER BY checkpoint_id DESC LIMIT 1");
  query.bind(thread_id);
  std::vector<std::string> open;
  const auto tasks = query.next() ? decode_tasks(query.text(0)) : std::vector<models::CheckpointTask>{};
  if (!tasks) return open;
  for (const auto& task : *tasks) open.push_back(task.node + ":" + task.id);
  return open;
}

bool is_open(const std::string& ns, const std::vector<std::string>& open) {
  const auto first = ns.substr(0, ns.find('|'));
  return ns.empty() || std::find(open.begin(), open.end(), first) != open.end();
}

void delete_past(Connection& connection, const std::string& thread_id, const Kept& kept) {
  Query(connection, "DELETE FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id < ?")
      .bind(thread_id, kept.ns, kept.checkpoint_id)
      .run();
  Query(
      connection,
      "UPDATE checkpoints SET parent_id = '' WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?")
      .bind(thread_id, kept.ns, kept.checkpoint_id)
      .run();
}

void delete_namespace(Connection& connection, const std::string& thread_id, const std::string& ns) {
  Query(connection, "DELETE FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?")
      .bind(thread_id, ns)
      .run();
}

void delete_unused_values(Connection& connection, const std::string& thread_id) {
  Query(connection,
        "DELETE FROM channel_values WHERE thread_id = ? AND NOT EXISTS (SELECT 1 FROM checkpoints c"
        " WHERE c.thread_id = channel_values.thread_id AND c.checkpoint_ns = channel_values.checkpoint_ns"
        " AND channel_version(c.channels, channel_values.channel) = channel_values.version)")
      .bind(thread_id)
      .run();
}

Status check_idle(Connection& connection, const std::string& thread_id) {
  Query query(connection, "SELECT status FROM threads WHERE thread_id = ?");
  if (!query.bind(thread_id).next()) return fail(thread_missing(thread_id));
  if (query.text(0) == "busy") return fail(ErrorCode::kConflict, "Thread is busy");
  return {};
}

}  // namespace

Status apply(Connection& connection, const KeepLatestCheckpoint& write) {
  const auto& id = write.thread_id;
  if (auto idle = check_idle(connection, id); !idle) return idle;
  const auto open = open_namespaces(connection, id);
  for (const auto& kept : latest_of_all(connection, id)) {
    if (is_open(kept.ns, open)) {
      delete_past(connection, id, kept);
    } else {
      delete_namespace(connection, id, kept.ns);
    }
  }
  delete_unused_values(connection, id);
  if (!write.expires_at) return {};
  Query(connection, "UPDATE threads SET expires_at = ? WHERE thread_id = ?")
      .bind(*write.expires_at, id)
      .run();
  return {};
}

}  // namespace agenthost::storage
