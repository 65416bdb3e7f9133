#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/thread_search.hpp"

namespace agenthost::storage {
namespace {

ThreadUsage::Part part_of(Connection& connection, const std::string& sql, std::string_view thread_id) {
  Query query(connection, sql);
  query.bind(thread_id).next();
  return {query.integer(0), query.integer(1)};
}

}  // namespace

Result<models::Thread> read_thread(Connection& connection, std::string_view id) {
  static const std::string kRead =
      std::string("SELECT ") + kThreadColumns + " FROM threads t WHERE t.thread_id = ?";
  Query query(connection, kRead);
  query.bind(id);
  if (!query.next()) return fail(thread_missing(id));
  return thread_row(query);
}

Result<Found<models::Thread>> read_threads(Connection& connection, const ThreadFilter& filter, Page page) {
  const auto search = ThreadSearch::run(connection, filter);
  if (!search) return fail(search.error());
  return Found<models::Thread>{search->rows(page), static_cast<int>(search->total())};
}

Result<std::vector<models::Thread>> read_expired_threads(Connection& connection, Micros now, int limit) {
  static const std::string kRead =
      std::string("SELECT ") + kThreadColumns +
      " FROM threads t INDEXED BY threads_by_expiry WHERE t.expires_at IS NOT NULL AND t.expires_at <= ?"
      " AND +t.status <> 'busy' ORDER BY t.expires_at LIMIT ?";
  Query query(connection, kRead);
  query.bind(now, limit);
  std::vector<models::Thread> threads;
  while (query.next()) threads.push_back(thread_row(query));
  return threads;
}

Result<ThreadUsage> read_thread_usage(Connection& connection, std::string_view id) {
  if (auto thread = read_thread(connection, id); !thread) return fail(thread.error());
  ThreadUsage usage;
  usage.checkpoints = part_of(
      connection,
      "SELECT count(*), coalesce(sum(length(CAST(checkpoint_id AS BLOB)) + length(CAST(metadata AS BLOB))"
      " + length(CAST(channels AS BLOB))), 0) FROM checkpoints WHERE thread_id = ?",
      id);
  usage.pending_writes = part_of(connection,
                                 "SELECT coalesce(sum((SELECT count(*) FROM json_each(tasks))), 0),"
                                 " coalesce(sum(length(CAST(tasks AS BLOB))), 0) FROM checkpoints"
                                 " WHERE thread_id = ? AND tasks <> '{}'",
                                 id);
  Query channels(
      connection,
      "SELECT channel, count(*), sum(length(CAST(value AS BLOB))) FROM channel_values WHERE thread_id = ?"
      " GROUP BY channel");
  channels.bind(id);
  while (channels.next()) {
    const ThreadUsage::Part part{channels.integer(1), channels.integer(2)};
    usage.by_channel.emplace(channels.text(0), part);
    usage.channel_values.count += part.count;
    usage.channel_values.bytes += part.bytes;
  }
  return usage;
}

}  // namespace agenthost::storage
