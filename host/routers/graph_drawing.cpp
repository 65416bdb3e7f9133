#include "host/routers/graph_drawing.hpp"

#include <algorithm>
#include <vector>

#include "host/routers/projection.hpp"

namespace agenthost::routers {
namespace {

using runtime::Graph;
using runtime::kEnd;
using runtime::kStart;
using runtime::Node;

struct Box {
  std::string id;
  std::string json;  // without the id
};

struct Line {
  std::string source, target;
  bool conditional = false;
};

struct Drawing {
  std::vector<Box> boxes;
  std::vector<Line> lines;
};

Box terminal(std::string_view id, const std::string& schema) {
  return {std::string(id), R"("type":"schema","data":)" + (schema == "null" ? "{}" : schema)};
}

Box node_box(const Node& node) {
  const auto* kind = node.subgraph ? R"(["langgraph","pregel","CompiledStateGraph"])"
                                   : R"(["langgraph","RunnableCallable"])";
  return {node.name, R"("type":"runnable","data":{"id":)" + std::string(kind) +
                         ",\"name\":" + quote(node.name) + R"(},"metadata":{})"};
}

void add_lines(const Graph& graph, const Node& node, const std::string& source, Drawing& drawing) {
  for (const auto& target : node.edges) drawing.lines.push_back({source, target, false});
  for (const auto& edge : node.conditional_edges) {
    for (const auto& target : edge.targets) drawing.lines.push_back({source, target, true});
    if (!edge.targets.empty()) continue;
    // It names no targets: it may choose any node.
    for (const auto& other : graph.nodes()) {
      if (other.name != node.name) drawing.lines.push_back({source, other.name, true});
    }
    drawing.lines.push_back({source, std::string(kEnd), true});
  }
}

// The boxes that no line of another box leads to (`from` false) or leaves (`from` true), `without` left out.
std::vector<std::string> outermost(const Drawing& drawing, std::string_view without,
                                   const std::string Line::*inner, const std::string Line::*outer) {
  std::vector<std::string> found;
  for (const auto& box : drawing.boxes) {
    if (box.id == without) continue;
    const bool bound = std::any_of(drawing.lines.begin(), drawing.lines.end(), [&](const Line& line) {
      return line.*inner == box.id && line.*outer != without && line.*outer != box.id;
    });
    if (!bound) found.push_back(box.id);
  }
  return found;
}

void erase_box(Drawing& drawing, const std::string& id) {
  auto& boxes = drawing.boxes;
  boxes.erase(std::remove_if(boxes.begin(), boxes.end(), [&](const Box& box) { return box.id == id; }),
              boxes.end());
  auto& lines = drawing.lines;
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [&](const Line& line) { return line.source == id || line.target == id; }),
              lines.end());
}

// Takes a terminal away when one box alone then stands in its place. Returns where lines from outside lead.
std::string trim(Drawing& drawing, std::string_view terminal_id, const std::string Line::*inner,
                 const std::string Line::*outer) {
  const auto alone = outermost(drawing, terminal_id, inner, outer);
  if (alone.size() != 1) return std::string(terminal_id);
  erase_box(drawing, std::string(terminal_id));
  return alone.front();
}

Drawing draw(const Graph& graph, int depth);

// Puts what is in the node in the place of its box.
void expand(Drawing& drawing, const Node& node, int depth) {
  auto inner = draw(*node.subgraph, depth);
  const auto first = trim(inner, kStart, &Line::target, &Line::source);
  const auto last = trim(inner, kEnd, &Line::source, &Line::target);
  const auto prefix = node.name + ":";
  for (auto& line : drawing.lines) {
    if (line.target == node.name) line.target = prefix + first;
    if (line.source == node.name) line.source = prefix + last;
  }
  auto place = std::find_if(drawing.boxes.begin(), drawing.boxes.end(),
                            [&](const Box& box) { return box.id == node.name; });
  place = drawing.boxes.erase(place);
  for (auto& box : inner.boxes) box.id.insert(0, prefix);
  drawing.boxes.insert(place, inner.boxes.begin(), inner.boxes.end());
  for (const auto& line : inner.lines)
    drawing.lines.push_back({prefix + line.source, prefix + line.target, line.conditional});
}

Drawing draw(const Graph& graph, int depth) {
  Drawing drawing;
  drawing.boxes.push_back(terminal(kStart, graph.schemas().input));
  for (const auto& node : graph.nodes()) drawing.boxes.push_back(node_box(node));
  drawing.boxes.push_back(terminal(kEnd, graph.schemas().output));
  add_lines(graph, graph.start(), std::string(kStart), drawing);
  for (const auto& node : graph.nodes()) add_lines(graph, node, node.name, drawing);
  if (depth == 0) return drawing;
  for (const auto& node : graph.nodes()) {
    if (node.subgraph) expand(drawing, node, depth == kEveryDepth ? depth : depth - 1);
  }
  return drawing;
}

std::string schema_members(const Graph& graph) {
  const auto& schema = graph.schemas();
  return "\"input_schema\":" + schema.input + ",\"output_schema\":" + schema.output +
         ",\"state_schema\":" + schema.state + ",\"config_schema\":" + schema.config +
         ",\"context_schema\":" + schema.context + "}";
}

void add_subgraphs(const Graph& graph, const std::string& prefix, Recurse recurse,
                   std::vector<std::pair<std::string, std::string>>& found) {
  for (const auto& node : graph.nodes()) {
    if (!node.subgraph) continue;
    found.emplace_back(prefix + node.name, "{" + schema_members(*node.subgraph));
    if (recurse == Recurse::kYes) add_subgraphs(*node.subgraph, prefix + node.name + "|", recurse, found);
  }
}

}  // namespace

std::string drawing_json(const Graph& graph, int depth) {
  const auto drawing = draw(graph, depth);
  std::vector<std::string> nodes, edges;
  for (const auto& box : drawing.boxes) nodes.push_back("{\"id\":" + quote(box.id) + "," + box.json + "}");
  for (const auto& line : drawing.lines) {
    edges.push_back("{\"source\":" + quote(line.source) + ",\"target\":" + quote(line.target) +
                    ",\"conditional\":" + (line.conditional ? "true}" : "false}"));
  }
  return "{\"nodes\":" + json_array(nodes) + ",\"edges\":" + json_array(edges) + "}";
}

std::string schemas_json(const Graph& graph) {
  return "{\"graph_id\":" + quote(graph.id()) + "," + schema_members(graph);
}

std::string subgraphs_json(const Graph& graph, const std::optional<std::string>& only, Recurse recurse) {
  std::vector<std::pair<std::string, std::string>> found;
  // A name that has a bar in it lies deeper.
  const bool deep = recurse == Recurse::kYes || (only && only->find('|') != std::string::npos);
  add_subgraphs(graph, "", deep ? Recurse::kYes : Recurse::kNo, found);
  std::string out = "{";
  for (const auto& [name, schemas] : found) {
    const bool inside = only && recurse == Recurse::kYes && name.rfind(*only + "|", 0) == 0;
    if (only && name != *only && !inside) continue;
    out += (out.size() > 1 ? "," : "") + quote(name) + ":" + schemas;
  }
  return out + "}";
}

}  // namespace agenthost::routers
