#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/checkpoint_codec.hpp"
#include "host/storage/sqlite/lookups.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

Status insert_values(Connection& connection, const models::Checkpoint& checkpoint) {
  for (const auto& channel : checkpoint.channels) {
    if (!channel.value) {
      return fail(ErrorCode::kInvalid, "channel " + quote(channel.channel) + " has a version but no value");
    }
    Query(connection,
          "INSERT INTO channel_values (thread_id, checkpoint_ns, channel, version, value) VALUES (?, ?, ?, "
          "?, ?)"
          " ON CONFLICT DO NOTHING")
        .bind(checkpoint.thread_id, checkpoint.checkpoint_ns, channel.channel, channel.version,
              *channel.value)
        .run();
  }
  return {};
}

// A run that was never accepted, or is gone, leaves nothing.
Status check_owner(Connection& connection, const models::Checkpoint& checkpoint) {
  const auto& thread_id = checkpoint.thread_id;
  const auto& run_id = checkpoint.run_id;
  if (!run_id.empty()) {
    Query run(connection, "SELECT 1 FROM runs WHERE run_id = ? AND thread_id = ?");
    if (run.bind(run_id, thread_id).next()) return {};
  }
  if (!thread_exists(connection, thread_id)) return fail(thread_missing(thread_id));
  return run_id.empty() ? Status{} : fail(run_missing(run_id));
}

// Sets one column of the checkpoint that the write names.
template <class Write>
Status update(Connection& connection, const std::string& column, const std::string& value,
              const Write& write) {
  const int updated =
      Query(connection, "UPDATE checkpoints SET " + column +
                            " = ? WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?")
          .bind(value, write.thread_id, write.checkpoint_ns, write.checkpoint_id)
          .run();
  if (updated == 0) return fail(checkpoint_missing(write.checkpoint_id));
  return {};
}

}  // namespace

Status apply(Connection& connection, const InsertCheckpoint& write) {
  const auto& checkpoint = write.checkpoint;
  if (auto owned = check_owner(connection, checkpoint); !owned) return owned;
  const auto channels = encode_channels(checkpoint.channels);
  if (!channels) return fail(channels.error());
  const auto tasks = encode_tasks(checkpoint.tasks);
  const auto written_by = encode_names(checkpoint.written_by);
  const int inserted =
      Query(
          connection,
          "INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_id, run_id, step, source,"
          " created_at, metadata, channels, tasks, written_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON "
          "CONFLICT DO NOTHING")
          .bind(checkpoint.thread_id, checkpoint.checkpoint_ns, checkpoint.checkpoint_id,
                checkpoint.parent_id, checkpoint.run_id, checkpoint.step, checkpoint.source,
                checkpoint.created_at, checkpoint.metadata, *channels, tasks, written_by)
          .run();
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, "Checkpoint already exists");
  return insert_values(connection, checkpoint);
}

Status apply(Connection& connection, const UpdateCheckpointTasks& write) {
  const auto tasks = encode_tasks(write.tasks);
  return update(connection, "tasks", tasks, write);
}

Status apply(Connection& connection, const UpdateCheckpointMetadata& write) {
  return update(connection, "metadata", write.metadata, write);
}

}  // namespace agenthost::storage
