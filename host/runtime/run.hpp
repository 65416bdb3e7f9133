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
#include "host/runtime/node_executor.hpp"

namespace agenthost::runtime {

// What a run starts with.
struct InputValues {
  JsonBlob values;  // JSON object {channel: write}
};
struct Resume {
  // task id -> the answers it has had, including the new one; every other pending task stays pending.
  struct Answer {
    std::string task_id;
    JsonBlob value;
  };
  std::vector<Answer> answers;
};
struct Continue {};  // from the checkpoint, as it stands
using RunInput = std::variant<InputValues, Resume, Continue>;

enum class StreamMode : unsigned {
  kValues = 1U << 0U,
  kUpdates = 1U << 1U,
  kMessagesTuple = 1U << 2U,
  kCustom = 1U << 3U,
  kTasks = 1U << 4U,
  kCheckpoints = 1U << 5U,
  kDebug = 1U << 6U,
  kMessages = 1U << 7U,
  kEvents = 1U << 8U,
  kTools = 1U << 9U,
};
using StreamModes = unsigned;  // a set of StreamMode bits
[[nodiscard]] constexpr bool has(StreamModes modes, StreamMode mode) {
  return (modes & static_cast<unsigned>(mode)) != 0;
}

enum class Durability { kSync, kAsync, kExit };

// Which nodes a static breakpoint names.
struct Breakpoints {
  bool all = false;
  std::vector<std::string> nodes;
  [[nodiscard]] bool hits(std::string_view node) const;
};

struct RunSpec {
  std::string run_id, thread_id, assistant_id;
  std::shared_ptr<const Graph> graph;
  std::shared_ptr<NodeExecutor> executor;
  RunInput input = Continue{};
  std::string configurable = "{}", context = "{}", metadata = "{}";  // JSON object texts, merged already
  StreamModes stream_modes = static_cast<unsigned>(StreamMode::kValues);
  Breakpoints interrupt_before, interrupt_after;
  unsigned recursion_limit = 25;
  Durability durability = Durability::kAsync;
  int attempt = 1;
  std::chrono::milliseconds timeout{std::chrono::hours(1)};
  // The checkpoint to go on from; nullopt for a thread without state.
  std::optional<models::Checkpoint> from = {};
};

enum class RunEnd { kSuccess, kInterrupted, kError, kCancelled, kTimeout };

struct RunResult {
  RunEnd end = RunEnd::kSuccess;
  // The last checkpoint made (or taken over); its tasks say what is pending. Without any: nullopt.
  std::optional<models::Checkpoint> checkpoint;
  std::optional<Error> error;  // for kError, kTimeout, kCancelled
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
