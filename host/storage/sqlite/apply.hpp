// What each Write does to the database. Runs inside the writer's transaction and savepoint; may throw
// SQLite::Exception. Strand-bound: the writer's thread.
#pragma once

#include "host/storage/sqlite/connection.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::storage {

[[nodiscard]] Status apply(Connection& connection, const Write& write);

// One per kind, in the apply_*.cpp of its resource.
[[nodiscard]] Status apply(Connection& connection, const InsertAssistant& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateAssistant& write);
[[nodiscard]] Status apply(Connection& connection, const SetAssistantVersion& write);
[[nodiscard]] Status apply(Connection& connection, const DeleteAssistant& write);
[[nodiscard]] Status apply(Connection& connection, const InsertThread& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateThread& write);
[[nodiscard]] Status apply(Connection& connection, const SettleThread& write);
[[nodiscard]] Status apply(Connection& connection, const DeleteThread& write);
[[nodiscard]] Status apply(Connection& connection, const CopyThread& write);
[[nodiscard]] Status apply(Connection& connection, const KeepLatestCheckpoint& write);
[[nodiscard]] Status apply(Connection& connection, const InsertRun& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateRun& write);
[[nodiscard]] Status apply(Connection& connection, const DeleteRun& write);
[[nodiscard]] Status apply(Connection& connection, const InsertCheckpoint& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateCheckpointTasks& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateCheckpointMetadata& write);
[[nodiscard]] Status apply(Connection& connection, const PutStoreItem& write);
[[nodiscard]] Status apply(Connection& connection, const DeleteStoreItem& write);
[[nodiscard]] Status apply(Connection& connection, const RefreshStoreItems& write);
[[nodiscard]] Status apply(Connection& connection, const SweepStore& write);
[[nodiscard]] Status apply(Connection& connection, const InsertCron& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateCron& write);
[[nodiscard]] Status apply(Connection& connection, const DeleteCron& write);
[[nodiscard]] Status apply(Connection& connection, const FireCron& write);
[[nodiscard]] Status apply(Connection& connection, const AppendRunEvents& write);
[[nodiscard]] Status apply(Connection& connection, const EndRunEvents& write);
[[nodiscard]] Status apply(Connection& connection, const InsertWebhook& write);
[[nodiscard]] Status apply(Connection& connection, const UpdateWebhook& write);
[[nodiscard]] Status apply(Connection& connection, const DeleteWebhook& write);

}  // namespace agenthost::storage
