// The questions of Storage, asked of one connection. May throw SQLite::Exception. Strand-bound, like the
// connection.
#pragma once

#include "host/storage/sqlite/connection.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::storage {

// read_assistants.cpp
[[nodiscard]] Result<models::Assistant> read_assistant(Connection& connection, std::string_view id);
[[nodiscard]] Result<Found<models::Assistant>> read_assistants(Connection& connection,
                                                               const AssistantFilter& filter, Page page);
[[nodiscard]] Result<Found<models::Assistant>> read_assistant_versions(
    Connection& connection, std::string_view id, const std::optional<std::string>& metadata_contains,
    Page page);

// read_threads.cpp
[[nodiscard]] Result<models::Thread> read_thread(Connection& connection, std::string_view id);
[[nodiscard]] Result<Found<models::Thread>> read_threads(Connection& connection, const ThreadFilter& filter,
                                                         Page page);

[[nodiscard]] Result<std::vector<models::Thread>> read_expired_threads(Connection& connection, Micros now,
                                                                       int limit);
[[nodiscard]] Result<ThreadUsage> read_thread_usage(Connection& connection, std::string_view id);

// read_values.cpp
[[nodiscard]] Result<std::optional<std::string>> read_latest_values(Connection& connection,
                                                                    std::string_view thread_id,
                                                                    const std::vector<std::string>& channels);

// read_runs.cpp
[[nodiscard]] Result<models::Run> read_run(Connection& connection, std::string_view thread_id,
                                           std::string_view run_id);
[[nodiscard]] Result<models::Run> read_run(Connection& connection, std::string_view run_id);
[[nodiscard]] Result<Found<models::Run>> read_runs(Connection& connection, std::string_view thread_id,
                                                   std::optional<models::RunStatus> status, Page page);
[[nodiscard]] Result<std::vector<models::Run>> read_active_runs(Connection& connection);
[[nodiscard]] Result<Counts> read_counts(Connection& connection);

// read_run_events.cpp
[[nodiscard]] Result<std::optional<std::vector<models::RunEvent>>> read_run_events(Connection& connection,
                                                                                   std::string_view run_id);

// read_webhooks.cpp
[[nodiscard]] Result<std::vector<models::Webhook>> read_webhooks(Connection& connection);
[[nodiscard]] Result<models::Webhook> read_webhook(Connection& connection, std::string_view webhook_id);

// read_checkpoints.cpp
[[nodiscard]] Result<std::optional<models::Checkpoint>> read_last_checkpoint_of(Connection& connection,
                                                                                std::string_view thread_id,
                                                                                std::string_view run_id);
[[nodiscard]] Result<std::optional<models::Checkpoint>> read_latest_checkpoint(Connection& connection,
                                                                               std::string_view thread_id,
                                                                               std::string_view ns);
[[nodiscard]] Result<models::Checkpoint> read_checkpoint(Connection& connection, std::string_view thread_id,
                                                         std::string_view ns, std::string_view checkpoint_id);
[[nodiscard]] Result<std::vector<models::Checkpoint>> read_history(Connection& connection,
                                                                   std::string_view thread_id,
                                                                   const CheckpointFilter& filter);

// read_crons.cpp
[[nodiscard]] Result<models::Cron> read_cron(Connection& connection, std::string_view id);
[[nodiscard]] Result<Found<models::Cron>> read_crons(Connection& connection, const CronFilter& filter,
                                                     Page page);
[[nodiscard]] Result<std::vector<models::Cron>> read_due_crons(Connection& connection, Micros now, int limit);
[[nodiscard]] Result<std::optional<Micros>> read_next_cron_time(Connection& connection);

// read_store.cpp
[[nodiscard]] Result<std::optional<models::StoreItem>> read_store_item(Connection& connection,
                                                                       const models::Namespace& name_space,
                                                                       std::string_view key, Micros now);
[[nodiscard]] Result<std::vector<models::StoreItem>> read_store_items(Connection& connection,
                                                                      const StoreFilter& filter, Page page);
[[nodiscard]] Result<std::vector<models::Namespace>> read_store_namespaces(Connection& connection,
                                                                           const NamespaceFilter& filter,
                                                                           Page page);
[[nodiscard]] Result<std::optional<Micros>> read_next_store_expiry(Connection& connection);

}  // namespace agenthost::storage
