// LoopServices: what every loop of a run works with. Immutable value; what it names is thread-safe.
#pragma once

#include <memory>

#include "host/base/executor.hpp"
#include "host/runtime/checkpointer.hpp"
#include "host/runtime/event_feed.hpp"
#include "host/runtime/run.hpp"

namespace agenthost::runtime {

struct LoopServices {
  RunLimits limits;
  Executor& on;
  Timers& timers;
  Checkpointer* checkpointer;  // null: nothing is kept
  std::shared_ptr<EventFeed> feed;
};

// Whether the graphs inside a graph may have checkpoints of their own to go on from.
enum class InnerState { kNone, kMaybe };

// One loop: of a run's graph, or of a graph inside it.
[[nodiscard]] std::shared_ptr<Run> make_loop(RunSpec spec, LoopServices services, Run::Ended ended);

}  // namespace agenthost::runtime
