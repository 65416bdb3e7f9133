// Routing: where the edges out of some nodes lead. Immutable inputs; thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/runtime/node_executor.hpp"
#include "host/runtime/targets.hpp"

namespace agenthost::runtime {

// The edges to follow after a step: plain ones are known, conditional ones are asked.
struct WaysOut {
  Targets targets;
  std::vector<const ConditionalEdge*> edges;  // of the graph below

  void add(const Node& node);
};

// Asks the conditional edges one after the other, on the given state, and adds their answers to the targets.
// `done` is called once, maybe before this returns. The error names the edge.
void follow(WaysOut ways, std::shared_ptr<const Graph> graph, std::shared_ptr<NodeExecutor> executor,
            JsonBlob state, std::function<void(Result<Targets>)> done);

}  // namespace agenthost::runtime
