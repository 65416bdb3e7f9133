// Rows to models: the column lists, and how a row that selects them becomes a value. Strand-bound, like its
// query.
#pragma once

#include <string>

#include "host/models/assistant.hpp"
#include "host/models/checkpoint.hpp"
#include "host/models/cron.hpp"
#include "host/models/run.hpp"
#include "host/models/thread.hpp"
#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {

inline constexpr const char* kAssistantColumns =
    "assistant_id, graph_id, name, description, version, config, context, metadata, created_at, updated_at";
// A version has no updated_at of its own: it never changes.
inline constexpr const char* kVersionColumns =
    "assistant_id, graph_id, name, description, version, config, context, metadata, created_at, created_at";
// From "threads t".
inline constexpr const char* kThreadColumns =
    "t.thread_id, t.created_at, t.updated_at, t.state_updated_at, t.metadata, t.status, t.config, "
    "t.interrupts,"
    " t.error, t.ttl_minutes, t.ttl_strategy, t.expires_at";
inline constexpr const char* kRunColumns =
    "run_id, thread_id, assistant_id, created_at, updated_at, status, multitask_strategy, attempts, "
    "metadata, error, "
    "kwargs, cancel_reason";
inline constexpr const char* kCheckpointColumns =
    "thread_id, checkpoint_ns, checkpoint_id, parent_id, run_id, step, source, created_at, metadata, "
    "channels, tasks, written_by";

inline constexpr const char* kCronColumns =
    "cron_id, assistant_id, thread_id, on_run_completed, schedule, timezone, end_time, created_at, "
    "updated_at, "
    "payload, next_run_date, metadata, enabled";

// For kAssistantColumns and kVersionColumns.
[[nodiscard]] models::Assistant assistant_row(const Query& query);
[[nodiscard]] models::Thread thread_row(const Query& query);
[[nodiscard]] models::Run run_row(const Query& query);
[[nodiscard]] models::Cron cron_row(const Query& query);
// The values of the channels are still missing.
[[nodiscard]] Result<models::Checkpoint> checkpoint_row(const Query& query);

// The errors of absent rows, in the words of the API.
[[nodiscard]] Error assistant_missing(std::string_view id);
[[nodiscard]] Error thread_missing(std::string_view id);
[[nodiscard]] Error run_missing(std::string_view id);
[[nodiscard]] Error cron_missing(std::string_view id);
[[nodiscard]] Error checkpoint_missing(std::string_view id);
[[nodiscard]] Error webhook_missing(std::string_view id);

}  // namespace agenthost::storage
