// What remains of a run that ended: the outcome clients are told, and the rows that keep it. Pure functions;
// thread-safe.
#pragma once

#include <optional>
#include <string>

#include "host/models/thread.hpp"
#include "host/models/webhook.hpp"
#include "host/runtime/run.hpp"
#include "host/services/active_run.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

// {"error","message"} or "null".
[[nodiscard]] std::string error_json(const std::optional<Error>& error);
// The error a stored run has, from its row.
[[nodiscard]] std::optional<Error> error_of(const models::Run& run);

[[nodiscard]] RunOutcome outcome_of(const runtime::RunResult& result);
// Of a run that ended earlier, with the values of its last checkpoint.
[[nodiscard]] RunOutcome outcome_of(const models::Run& run,
                                    const std::optional<models::Checkpoint>& checkpoint);

// For the log: which run of which graph failed, in which node, and of what. Only when there is an error.
[[nodiscard]] std::string failure_text(const ActiveRun& run, const runtime::RunResult& result);

// A thread that nobody uses any more, after a run that ended so. The status is still missing.
[[nodiscard]] storage::UpdateThread thread_after(const std::string& thread_id,
                                                 const runtime::RunResult& result, Micros now);
[[nodiscard]] models::ThreadStatus resting_status(const runtime::RunResult& result);
// The word that is owed about a run; nullopt when it asked for none. started_at 0: it never started.
[[nodiscard]] std::optional<models::Webhook> webhook_about(const models::Run& run,
                                                           const std::optional<std::string>& url,
                                                           const RunOutcome& outcome, Micros started_at);

}  // namespace agenthost::services
