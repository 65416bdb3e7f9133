// GraphDrawing: a graph as clients draw it: nodes, edges, and the graphs inside its nodes. Thread-safe
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/runtime/graph.hpp"

namespace agenthost::routers {

inline constexpr int kEveryDepth = -1;

// {"nodes":[...],"edges":[...]}. A node that is a graph is one box down to `depth` graphs inside each other,
// and above that what is in it, under ids "outer:inner".
[[nodiscard]] std::string drawing_json(const runtime::Graph& graph, int depth);

// {"graph_id","input_schema",...} of a graph; without the id for a graph in a node.
[[nodiscard]] std::string schemas_json(const runtime::Graph& graph);

enum class Recurse { kNo, kYes };
// {"<node>": schemas, ...} of the graphs in its nodes; with kYes also of those inside them, as "outer|inner".
// only: the one of that name, and what is inside it.
[[nodiscard]] std::string subgraphs_json(const runtime::Graph& graph, const std::optional<std::string>& only,
                                         Recurse recurse);

}  // namespace agenthost::routers
