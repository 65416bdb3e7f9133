// Run: one execution of a graph: the superstep loop as a state machine.
//
// A superstep runs every due node once; when all have ended, their updates go through the reducers, the edges
// say who is due next, and a checkpoint is made. The loop ends when nobody is due (success), a node asks a
// human or a breakpoint is met (interrupted), a node fails, the recursion limit or the deadline is reached,
// or somebody cancels.
//
// Strand-bound inside; the public functions are thread-safe. No thread waits: nodes, disk and clients call
// back.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/executor.hpp"
#include "host/models/checkpoint.hpp"
#include "host/runtime/checkpointer.hpp"
#include "host/runtime/event_stream.hpp"
#include "host/runtime/graph.hpp"
#include "host/runtime/lost_writes.hpp"
#include "host/runtime/node_executor.hpp"
#include "host/runtime/node_meter.hpp"
#include "host/runtime/stream_mode.hpp"

namespace agenthost::runtime {

// What a run starts with.
struct InputValues {
  JsonBlob values;  // JSON object {channel: write}
};
// On a thread that has a state. What is absent is null or empty.
struct Command {
  // To what tasks asked, by the interrupt's id; every other interrupt stays open.
  struct Answer {
    std::string interrupt_id;
    JsonBlob value;
  };
  std::vector<Answer> answers = {};
  JsonBlob update = nullptr;   // JSON object {channel: write}, or a list of [channel, write]
  JsonBlob goes_to = nullptr;  // a node's name, a send, or a JSON array of them
};
struct Continue {};  // from the checkpoint, as it stands
using RunInput = std::variant<InputValues, Command, Continue>;

// Whether the client named the checkpoint the run goes on from. Then it forks: what came after stays as it
// is.
enum class Origin { kLatest, kChosen };

// What a checkpoint of the past looked like before its tasks went on: for whoever goes another way from
// there.
[[nodiscard]] models::Checkpoint reopened(models::Checkpoint checkpoint);

enum class Durability { kSync, kAsync, kExit };

struct RunSpec {
  std::string run_id, thread_id, assistant_id;
  std::shared_ptr<const Graph> graph;
  std::shared_ptr<NodeExecutor> executor;
  // Of a graph inside a graph: where its checkpoints go, and {ns: checkpoint id} of the graphs around it.
  std::string checkpoint_ns = {};
  std::string parents = "{}";
  RunInput input = Continue{};
  std::string configurable = "{}", context = "{}", metadata = "{}";  // JSON object texts, merged already
  StreamModes stream_modes = only(StreamMode::kValues);
  Subgraphs subgraphs = Subgraphs::kHidden;
  Breakpoints interrupt_before, interrupt_after;
  unsigned recursion_limit = 25;
  Durability durability = Durability::kAsync;
  int attempt = 1;
  std::chrono::milliseconds timeout{std::chrono::hours(1)};
  // The checkpoint to go on from; nullopt for a thread without state.
  std::optional<models::Checkpoint> from = {};
  Origin origin = Origin::kLatest;
  NodeMeter* meter = nullptr;            // must outlive the run; null: nobody counts
  telemetry::SpanSink* spans = nullptr;  // the same; null: nothing is traced
  LostWrites* lost_writes = nullptr;     // the same; null: they are lost in silence
  telemetry::TraceContext trace = {};    // of the span around the nodes
};

// kRefused: an error before anything was done, so the thread stands as it stood.
enum class RunEnd { kSuccess, kInterrupted, kError, kCancelled, kTimeout, kRefused };

struct RunResult {
  RunEnd end = RunEnd::kSuccess;
  // The last checkpoint made or taken over, as clients see it, with what is pending. Without any: nullopt.
  std::optional<models::Checkpoint> checkpoint;
  std::optional<Error> error;  // for all but kSuccess and kInterrupted
  // A node of a subgraph addressed the graph around it: {"update":{...},"goto":[...]}.
  JsonBlob to_parent = nullptr;
};

struct RunLimits {
  std::chrono::milliseconds node_timeout{600'000};  // for nodes that declare none
  std::chrono::milliseconds cancel_grace{5'000};    // then a task that does not end is abandoned
  std::size_t max_state_bytes = 64U << 20U;
};

class Run {
 public:
  using Ended = std::function<void(RunResult)>;

  // checkpointer may be null: a stateless run keeps nothing. `ended` is called once, on the run's strand,
  // when the loop is over; with Durability::kAsync its last saves may still be under way, in order, so
  // whoever stores the outcome behind them in the same order knows it complete. The Run keeps itself alive
  // until then. `on`, `timers` and `checkpointer` must outlive it.
  static std::shared_ptr<Run> create(RunSpec spec, RunLimits limits, Executor& on, Timers& timers,
                                     Checkpointer* checkpointer, std::shared_ptr<EventStream> events,
                                     Ended ended);
  virtual ~Run() = default;

  virtual void start() = 0;
  // Idempotent; after the end it does nothing.
  virtual void cancel(CancelReason reason) = 0;
};

}  // namespace agenthost::runtime
