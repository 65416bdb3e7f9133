// ActiveRun: a run that was accepted and has not ended yet, with everything needed to start it and to tell
// its outcome.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/models/run.hpp"
#include "host/models/run_request.hpp"
#include "host/runtime/event_stream.hpp"
#include "host/runtime/graph_catalog.hpp"
#include "host/runtime/run.hpp"
#include "host/services/run_journal.hpp"
#include "host/services/run_meters.hpp"
#include "host/services/run_tracer.hpp"

namespace agenthost::services {

// kEphemeral: a stateless run whose only witness is the waiting client. Nothing of it touches the disk.
enum class Persistence { kStored, kEphemeral };
enum class CancelAction { kInterrupt, kRollback };

// How a run ended, as waiting clients are told. Immutable value.
struct RunOutcome {
  models::RunStatus status = models::RunStatus::kSuccess;
  std::string values = "{}";  // the final state, with "__interrupt__" when the run waits for an answer
  std::optional<Error> error;
  runtime::RunEnd end = runtime::RunEnd::kSuccess;
};
using Ended = std::function<void(const RunOutcome&)>;

struct ActiveRun {
  // Constant after construction
  models::Run row;
  models::RunRequest request;
  runtime::CatalogEntry graph;
  Persistence persistence = Persistence::kStored;
  bool delete_thread_after = false;
  storage::Batch together;  // committed with the row of the run, or neither is
  // kSoon: its client hears of it when it has ended.
  storage::Haste haste = storage::Haste::kNow;
  Micros eligible_at = 0;            // not started before
  std::string configurable = "{}";   // merged, with the run's own ids
  std::string thread_config = "{}";  // what the thread keeps of the merged config
  // Null for an ephemeral run that nobody streams.
  std::shared_ptr<runtime::EventStream> events;
  std::unique_ptr<RunJournal> journal;  // null for an ephemeral run
  RunMeter* meter = nullptr;            // set when it is accepted

  // Somebody follows the thread: record every mode, and keep the state the run leaves.
  std::atomic<bool> followed{false};
  std::optional<models::Checkpoint> final_state;  // set before the end is told

  // Guarded by the scheduler's mutex
  enum class Phase { kQueued, kStarting, kRunning };
  Phase phase = Phase::kQueued;
  std::shared_ptr<runtime::Run> run;
  std::optional<CancelAction> cancelled;
  std::optional<std::string> cancel_reason;
  std::optional<Timers::Id> alarm;  // while eligible_at is to come
  std::vector<Ended> waiters;

  // Written by the one thread that starts it
  Micros started_at = 0;
  RunTrace trace;
};
// Shared because: the scheduler's maps, the run's callbacks and requests in flight all refer to it.
using ActiveRunPtr = std::shared_ptr<ActiveRun>;

}  // namespace agenthost::services
