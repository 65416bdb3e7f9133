// TaskEnd: how a task of a superstep ended, as the loop sees it. Immutable values.
#pragma once

#include <variant>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/models/checkpoint.hpp"
#include "host/runtime/graph.hpp"
#include "host/runtime/node_executor.hpp"
#include "host/runtime/targets.hpp"
#include "host/runtime/writes.hpp"

namespace agenthost::runtime {

struct TaskUpdate {
  Writes writes;
  Targets goes_to = {};                   // besides the edges
  std::vector<std::string> dropped = {};  // what it wrote that is no channel
};
// It waits: for the answers to these, or, when there are none, at a breakpoint inside its graph.
struct TaskStopped {
  std::vector<models::Interrupt> interrupts;
};
// A command to the graph around this one, which therefore is over.
struct ParentCommand {
  JsonBlob command;
};
using TaskEnd = std::variant<TaskUpdate, TaskStopped, ParentCommand, Error>;

// ns: where the task's graph is, "" = root.
[[nodiscard]] TaskEnd task_end(const Graph& graph, std::string_view ns, const models::CheckpointTask& task,
                               NodeOutcome outcome);

// {"update":{...}|null,"goto":...}
[[nodiscard]] Result<TaskUpdate> read_command(const Graph& graph, std::string_view command);

}  // namespace agenthost::runtime
