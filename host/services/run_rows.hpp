// What storage is told of a run: the rows of its acceptance and of each of its ends. Pure functions of what
// the scheduler decided; thread-safe.
#pragma once

#include <optional>
#include <string>

#include "host/models/thread.hpp"
#include "host/services/active_run.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

// kNow: it has its thread, and is stored as running.
enum class Turn { kNow, kLater };

// fresh: the thread that it makes.
[[nodiscard]] storage::Batch rows_of_accepted(const ActiveRun& run, Turn turn,
                                              std::optional<models::Thread> fresh,
                                              const models::DefaultTtl& ttl);

// What every end of a stored run leaves besides its row: the end of its events, and the webhook it asked for.
struct Farewell {
  storage::Batch batch;
  std::string webhook_id;  // "" when it asked for none
};
[[nodiscard]] Farewell farewell_to(const ActiveRun& run, const RunOutcome& outcome,
                                   std::chrono::milliseconds keep_events);

// With the run's checkpoints gone, the thread stands where it stood before it.
void add_rollback(storage::Batch& batch, const ActiveRun& run);

// A run that never started was put out: its row goes or says so.
void add_put_out(storage::Batch& batch, const ActiveRun& run);

}  // namespace agenthost::services
