// State updates from outside a run: as if nodes had written, step by step.
//
// Each superstep makes a checkpoint: its writes go through the reducers, then the edges of the nodes they
// were written as say what is next. What waited besides still waits. Pure but for asking conditional edges;
// thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/error.hpp"
#include "host/models/checkpoint.hpp"
#include "host/runtime/graph.hpp"
#include "host/runtime/node_executor.hpp"

namespace agenthost::runtime {

// Whoever writes as these is no node.
inline constexpr std::string_view kInput = "__input__";  // what a run's input would be
inline constexpr std::string_view kCopy = "__copy__";  // the checkpoint once more, as a branch of its parent

struct StateWrite {
  JsonBlob values = nullptr;   // an object, a list of objects, or null: nothing
  JsonBlob command = nullptr;  // {"update","goto"}
  // A node, kStart, kEnd (nothing is next), kInput or kCopy. Absent: whoever wrote the checkpoint.
  std::optional<std::string> as_node = {};
};

struct StateUpdate {
  std::string thread_id;
  std::string checkpoint_ns = {};
  std::string parents = "{}";  // see RunSpec
  std::shared_ptr<const Graph> graph;
  std::shared_ptr<NodeExecutor> executor;
  std::optional<models::Checkpoint> from = {};  // nullopt: the thread has no state
  std::vector<std::vector<StateWrite>> supersteps;
  std::string metadata = "{}";  // what every checkpoint says besides source, step and parents
  std::size_t max_state_bytes = 64U << 20U;
};

// `done` is called once, maybe before this returns, with the checkpoints made, oldest first. kInvalid
// "InvalidUpdateError" when a write does not fit; then nothing was made.
using StateUpdated = std::function<void(Result<std::vector<models::Checkpoint>>)>;
void update_state(StateUpdate update, StateUpdated done);

}  // namespace agenthost::runtime
