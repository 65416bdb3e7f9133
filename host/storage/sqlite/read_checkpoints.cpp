#include <algorithm>
#include <map>

#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/search.hpp"

namespace agenthost::storage {
namespace {

// Gives the channels of a thread's checkpoints their values. Each value is read once, by its primary key, and
// shared by all that refer to it: a page of history costs what it shows, not checkpoints times channels.
class ValueLoader {
 public:
  ValueLoader(Connection& connection, std::string_view thread_id, std::string_view ns)
      : connection_(connection), thread_id_(thread_id), ns_(ns) {}

  Status fill(models::Checkpoint& checkpoint) {
    for (auto& channel : checkpoint.channels) {
      auto& value = loaded_[{channel.channel, channel.version}];
      if (!value) value = load(channel);
      if (!value) return lost(checkpoint, channel);
      channel.value = value;
    }
    return {};
  }

 private:
  JsonBlob load(const models::ChannelValue& channel) {
    Query query(connection_,
                "SELECT value FROM channel_values WHERE thread_id = ? AND checkpoint_ns = ? AND channel = ? "
                "AND version = ?");
    query.bind(thread_id_, ns_, channel.channel, channel.version);
    return query.next() ? make_blob(query.text(0)) : nullptr;
  }
  static Status lost(const models::Checkpoint& checkpoint, const models::ChannelValue& channel) {
    return fail(ErrorCode::kInternal,
                "checkpoint " + checkpoint.checkpoint_id + ": the value of channel " +
                    quote(channel.channel) + ", version " + std::to_string(channel.version) +
                    ", is missing: the database was edited or is damaged; restore a backup");
  }

  Connection& connection_;
  const std::string thread_id_, ns_;
  std::map<std::pair<std::string, std::int64_t>, JsonBlob> loaded_;
};

// Newest first.
Result<std::vector<models::Checkpoint>> select_checkpoints(Connection& connection, const Clauses& filter,
                                                           int limit) {
  Query query(connection, std::string("SELECT ") + kCheckpointColumns + " FROM checkpoints" + filter.where() +
                              " ORDER BY checkpoint_id DESC LIMIT ?");
  filter.bind(query);
  query.bind(std::max(limit, 0));
  std::vector<models::Checkpoint> checkpoints;
  while (query.next()) {
    auto checkpoint = checkpoint_row(query);
    if (!checkpoint) return fail(checkpoint.error());
    checkpoints.push_back(std::move(*checkpoint));
  }
  return checkpoints;
}

Result<std::vector<models::Checkpoint>> load_checkpoints(Connection& connection, std::string_view thread_id,
                                                         std::string_view ns, Clauses filter, int limit) {
  filter.add("thread_id = ?", {std::string(thread_id)});
  filter.add("checkpoint_ns = ?", {std::string(ns)});
  auto checkpoints = select_checkpoints(connection, filter, limit);
  if (!checkpoints) return checkpoints;
  ValueLoader values(connection, thread_id, ns);
  for (auto& checkpoint : *checkpoints) {
    if (auto filled = values.fill(checkpoint); !filled) return fail(filled.error());
  }
  return checkpoints;
}

}  // namespace

Result<std::optional<models::Checkpoint>> read_latest_checkpoint(Connection& connection,
                                                                 std::string_view thread_id,
                                                                 std::string_view ns) {
  auto found = load_checkpoints(connection, thread_id, ns, {}, 1);
  if (!found) return fail(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<std::optional<models::Checkpoint>> read_last_checkpoint_of(Connection& connection,
                                                                  std::string_view thread_id,
                                                                  std::string_view run_id) {
  Clauses filter;
  filter.add("run_id = ?", {std::string(run_id)});
  auto found = load_checkpoints(connection, thread_id, "", std::move(filter), 1);
  if (!found) return fail(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<models::Checkpoint> read_checkpoint(Connection& connection, std::string_view thread_id,
                                           std::string_view ns, std::string_view checkpoint_id) {
  Clauses filter;
  filter.add("checkpoint_id = ?", {std::string(checkpoint_id)});
  auto found = load_checkpoints(connection, thread_id, ns, std::move(filter), 1);
  if (!found) return fail(found.error());
  if (found->empty()) return fail(checkpoint_missing(checkpoint_id));
  return std::move(found->front());
}

Result<std::vector<models::Checkpoint>> read_history(Connection& connection, std::string_view thread_id,
                                                     const CheckpointFilter& filter) {
  Clauses clauses;
  if (filter.before) clauses.add("checkpoint_id < ?", {*filter.before});
  if (filter.metadata_contains) {
    if (auto added = add_metadata_filter(clauses, *filter.metadata_contains); !added)
      return fail(added.error());
  }
  return load_checkpoints(connection, thread_id, filter.checkpoint_ns, std::move(clauses), filter.limit);
}

}  // namespace agenthost::storage
