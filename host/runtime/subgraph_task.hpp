// SubgraphTask: a task whose node is a graph: a loop of its own, seen by the step around it as one task.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "host/runtime/loop_services.hpp"
#include "host/runtime/node_executor.hpp"
#include "host/runtime/task_end.hpp"

namespace agenthost::runtime {

struct SubgraphCall {
  RunSpec spec;        // of the inner loop, with its input for a first start
  const Graph* outer;  // what it writes to: lives as long as the run
  InnerState inner;    // kMaybe: look for a checkpoint to go on from
  std::vector<Command::Answer> answers;
  std::vector<models::Interrupt> asked;  // what the task waits for, as the graph around it knows
};

// Never blocks; `ended` is called once, maybe before this returns.
[[nodiscard]] std::shared_ptr<TaskHandle> start_subgraph(SubgraphCall call, const LoopServices& services,
                                                         std::function<void(TaskEnd)> ended);

}  // namespace agenthost::runtime
