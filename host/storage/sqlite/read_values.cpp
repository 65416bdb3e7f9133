#include <algorithm>

#include "host/storage/sqlite/checkpoint_codec.hpp"
#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/reads.hpp"

namespace agenthost::storage {
namespace {

bool is_wanted(const std::vector<std::string>& channels, const std::string& name) {
  return channels.empty() || std::find(channels.begin(), channels.end(), name) != channels.end();
}

}  // namespace

Result<std::optional<std::string>> read_latest_values(Connection& connection, std::string_view thread_id,
                                                      const std::vector<std::string>& channels) {
  Query latest(connection,
               "SELECT channels FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''"
               " ORDER BY checkpoint_id DESC LIMIT 1");
  if (!latest.bind(thread_id).next()) return std::nullopt;
  const auto stored = decode_channels(latest.text(0));
  if (!stored) return fail(stored.error());
  std::string values = "{";
  for (const auto& channel : *stored) {
    if (!is_wanted(channels, channel.channel)) continue;
    Query value(connection,
                "SELECT value FROM channel_values WHERE thread_id = ? AND checkpoint_ns = '' AND channel = ?"
                " AND version = ?");
    if (!value.bind(thread_id, channel.channel, channel.version).next()) {
      return fail(ErrorCode::kInternal,
                  "thread " + std::string(thread_id) + ": the value of channel " + quote(channel.channel) +
                      " is missing: the database was edited or is damaged; restore a backup");
    }
    values += (values.size() > 1 ? "," : "") + quote(channel.channel) + ":" + value.text(0);
  }
  return values + "}";
}

}  // namespace agenthost::storage
