#include "host/runtime/graph.hpp"

#include <algorithm>

namespace agenthost::runtime {
namespace {

tl::unexpected<Error> bad(const std::string& where, const std::string& problem) {
  return fail(ErrorCode::kInvalid, "graph description: " + where + ": " + problem);
}

// A node name appears in stream namespaces ("node:task|node:task"), so it may hold neither separator.
bool good_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && name.find_first_of("|:") == std::string_view::npos &&
         name != kStart && name != kEnd;
}

Result<Channel> read_channel(const JsonValue& value) {
  Channel channel;
  channel.name = string_member(value, "name");
  if (channel.name.empty()) return bad("channels", "a channel needs a \"name\"");
  const auto reducer_name = string_member(value, "reducer", "last_value");
  const auto reducer = reducer_from(reducer_name);
  if (!reducer) {
    return bad("channel \"" + channel.name + "\"", "unknown reducer \"" + std::string(reducer_name) +
                                                       "\"; use last_value, append, messages or merge");
  }
  channel.reducer = *reducer;
  if (const auto* initial = find_member(value, "initial")) {
    channel.initial = make_blob(to_text(*initial));
  } else if (channel.reducer == Reducer::kMessages) {
    channel.initial = make_blob("[]");
  }
  return channel;
}

Result<Node> read_node(const JsonValue& value) {
  Node node;
  node.name = string_member(value, "name");
  if (!good_name(node.name)) {
    return bad("nodes", "\"" + node.name +
                            "\" is no node name: 1 to 128 characters without '|' and ':', not " +
                            std::string(kStart) + " or " + std::string(kEnd));
  }
  if (const auto* blocking = find_member(value, "blocking")) node.blocking = blocking->IsTrue();
  if (const auto* timeout = find_member(value, "timeout_ms")) {
    if (!timeout->IsUint() || timeout->GetUint() == 0) {
      return bad("node \"" + node.name + "\"", "timeout_ms must be a whole number above 0");
    }
    node.timeout = std::chrono::milliseconds(timeout->GetUint());
  }
  return node;
}

std::string schema_text(const JsonValue& value, std::string_view key) {
  const auto* schema = find_member(value, key);
  return schema != nullptr ? to_text(*schema) : "null";
}

const JsonValue* array_member(const JsonValue& value, std::string_view key) {
  const auto* member = find_member(value, key);
  return member != nullptr && member->IsArray() ? member : nullptr;
}

}  // namespace

std::optional<Reducer> reducer_from(std::string_view name) {
  if (name == "last_value") return Reducer::kLastValue;
  if (name == "append") return Reducer::kAppend;
  if (name == "messages") return Reducer::kMessages;
  if (name == "merge") return Reducer::kMerge;
  return std::nullopt;
}

// Reads the edges once all nodes are known, so that a misspelt target is found here and not in a run.
class EdgeReader {
 public:
  EdgeReader(std::vector<Node>& nodes, Node& start) : nodes_(nodes), start_(start) {}

  Status read(const JsonValue& description) {
    if (const auto* edges = array_member(description, "edges")) {
      for (const auto& edge : edges->GetArray()) {
        if (auto done = read_edge(edge); !done) return done;
      }
    }
    if (const auto* edges = array_member(description, "conditional_edges")) {
      for (const auto& edge : edges->GetArray()) {
        if (auto done = read_conditional(edge); !done) return done;
      }
    }
    if (start_.edges.empty() && start_.conditional_edges.empty()) {
      return bad("edges", "nothing starts the graph; add an edge from \"__start__\"");
    }
    return {};
  }

 private:
  Node* source(std::string_view name) {
    if (name == kStart) return &start_;
    const auto found =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.name == name; });
    return found == nodes_.end() ? nullptr : &*found;
  }

  Status check_target(std::string_view name) {
    if (name == kEnd || (name != kStart && source(name) != nullptr)) return {};
    return bad("edges", "there is no node \"" + std::string(name) + "\" to go to");
  }

  Status read_edge(const JsonValue& edge) {
    if (!edge.IsArray() || edge.Size() != 2 || !edge[0].IsString() || !edge[1].IsString()) {
      return bad("edges", "each edge is [\"from\",\"to\"]");
    }
    auto* from = source(as_view(edge[0]));
    if (from == nullptr) return bad("edges", "there is no node \"" + std::string(as_view(edge[0])) + "\"");
    if (auto good = check_target(as_view(edge[1])); !good) return good;
    from->edges.emplace_back(as_view(edge[1]));
    return {};
  }

  Status read_conditional(const JsonValue& edge) {
    auto* from = source(string_member(edge, "from"));
    if (from == nullptr) {
      return bad("conditional_edges",
                 "there is no node \"" + std::string(string_member(edge, "from")) + "\"");
    }
    ConditionalEdge conditional;
    conditional.name = string_member(edge, "name");
    if (conditional.name.empty()) return bad("conditional_edges", "an edge needs a \"name\"");
    if (const auto* targets = array_member(edge, "targets")) {
      for (const auto& target : targets->GetArray()) {
        if (!target.IsString()) return bad("conditional_edges", "targets are node names");
        if (auto good = check_target(as_view(target)); !good) return good;
        conditional.targets.emplace_back(as_view(target));
      }
    }
    from->conditional_edges.push_back(std::move(conditional));
    return {};
  }

  std::vector<Node>& nodes_;
  Node& start_;
};

Result<Graph> Graph::from_json(const JsonValue& description) {
  Graph graph;
  graph.id_ = string_member(description, "graph_id");
  if (graph.id_.empty()) return bad("graph_id", "missing; every graph needs one");
  graph.name_ = string_member(description, "name", graph.id_);
  graph.description_ = string_member(description, "description");
  if (const auto* channels = array_member(description, "channels")) {
    for (const auto& value : channels->GetArray()) {
      auto channel = read_channel(value);
      if (!channel) return fail(channel.error());
      if (graph.channel_index(channel->name))
        return bad("channels", "\"" + channel->name + "\" is there twice");
      graph.channels_.push_back(std::move(*channel));
    }
  }
  const auto* nodes = array_member(description, "nodes");
  if (nodes == nullptr || nodes->Empty()) return bad("nodes", "a graph needs at least one");
  for (const auto& value : nodes->GetArray()) {
    auto node = read_node(value);
    if (!node) return fail(node.error());
    if (graph.find_node(node->name) != nullptr) return bad("nodes", "\"" + node->name + "\" is there twice");
    graph.nodes_.push_back(std::move(*node));
  }
  graph.start_.name = kStart;
  if (auto edges = EdgeReader(graph.nodes_, graph.start_).read(description); !edges)
    return fail(edges.error());
  if (const auto* limit = find_member(description, "recursion_limit")) {
    if (!limit->IsUint() || limit->GetUint() == 0)
      return bad("recursion_limit", "must be a whole number above 0");
    graph.recursion_limit_ = limit->GetUint();
  }
  if (const auto* resumes = find_member(description, "resumes_on_input"))
    graph.resumes_on_input_ = resumes->IsTrue();
  graph.schemas_ = {schema_text(description, "input_schema"), schema_text(description, "output_schema"),
                    schema_text(description, "state_schema"), schema_text(description, "config_schema"),
                    schema_text(description, "context_schema")};
  return graph;
}

std::optional<std::size_t> Graph::channel_index(std::string_view name) const {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].name == name) return i;
  }
  return std::nullopt;
}

const Node* Graph::find_node(std::string_view name) const {
  const auto found =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.name == name; });
  return found == nodes_.end() ? nullptr : &*found;
}

}  // namespace agenthost::runtime
