// Target: where a graph goes next: a node, or a send: a node with an input of its own. Immutable values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/models/checkpoint.hpp"
#include "host/runtime/graph.hpp"

namespace agenthost::runtime {

struct Target {
  std::string node;
  JsonBlob input = nullptr;  // null: the node gets the state; else it is a send
};
using Targets = std::vector<Target>;

// Reads "name", {"node","input"}, {"node","args"} or an array of them; "__end__" is left out. allowed: what
// may be named, empty = any node of the graph. kInvalid "InvalidUpdateError" names what is wrong.
[[nodiscard]] Result<Targets> read_targets(const Graph& graph, std::string_view json,
                                           const std::vector<std::string>& allowed = {});
[[nodiscard]] Targets to_nodes(const std::vector<std::string>& nodes);
// JSON array; null when there are none.
[[nodiscard]] JsonBlob targets_json(const Targets& targets);

// The tasks of a checkpoint: each node once, by name, then every send in the order given. Ids depend on the
// checkpoint only, so that a repeated step makes the same ones.
[[nodiscard]] std::vector<models::CheckpointTask> make_tasks(const Graph& graph,
                                                             const std::string& checkpoint_id,
                                                             const Targets& targets);

}  // namespace agenthost::runtime
