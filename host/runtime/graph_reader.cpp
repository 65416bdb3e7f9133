// How a graph's description becomes a Graph: members, then nodes (and the graphs inside them), then edges.
#include <algorithm>

#include "host/runtime/graph.hpp"

namespace agenthost::runtime {
namespace {

// Graphs inside graphs inside graphs: more than anybody draws, less than what hurts.
constexpr unsigned kMaxNesting = 16;

tl::unexpected<Error> bad(const std::string& where, const std::string& problem) {
  return fail(ErrorCode::kInvalid, "graph description: " + where + ": " + problem);
}

// A node name appears in stream namespaces ("node:task|node:task"), so it may hold neither separator.
bool good_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && name.find_first_of("|:") == std::string_view::npos &&
         name != kStart && name != kEnd;
}

const JsonValue* array_member(const JsonValue& value, std::string_view key) {
  const auto* member = find_member(value, key);
  return member != nullptr && member->IsArray() ? member : nullptr;
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

Result<std::chrono::milliseconds> read_milliseconds(const JsonValue& value, const std::string& where,
                                                    std::string_view key) {
  if (value.IsUint() && value.GetUint() > 0) return std::chrono::milliseconds(value.GetUint());
  return bad(where, std::string(key) + " must be a whole number above 0");
}

Result<RetryPolicy> read_retry(const JsonValue& value, const std::string& where) {
  RetryPolicy retry;
  if (const auto* attempts = find_member(value, "max_attempts")) {
    if (!attempts->IsUint() || attempts->GetUint() == 0 || attempts->GetUint() > 100)
      return bad(where, "retry.max_attempts must be 1 to 100");
    retry.max_attempts = attempts->GetUint();
  }
  if (const auto* backoff = find_member(value, "backoff")) {
    if (!backoff->IsNumber() || backoff->GetDouble() < 1.0)
      return bad(where, "retry.backoff must be a number of at least 1");
    retry.backoff = backoff->GetDouble();
  }
  for (const auto& [key, target] :
       {std::pair{"initial_ms", &retry.initial}, std::pair{"max_ms", &retry.longest}}) {
    const auto* member = find_member(value, key);
    if (member == nullptr) continue;
    const auto read = read_milliseconds(*member, where, std::string("retry.") + key);
    if (!read) return fail(read.error());
    *target = *read;
  }
  if (const auto* kinds = array_member(value, "on")) {
    for (const auto& kind : kinds->GetArray()) {
      if (!kind.IsString()) return bad(where, "retry.on is a list of error kinds");
      retry.on.emplace_back(as_view(kind));
    }
  }
  return retry;
}

std::string schema_text(const JsonValue& value, std::string_view key) {
  const auto* schema = find_member(value, key);
  return schema != nullptr ? to_text(*schema) : "null";
}

// Reads the edges once all nodes are known, so that a misspelt target is found here and not in a run.
class EdgeReader {
 public:
  EdgeReader(std::vector<Node>& nodes, Node& start, const std::string& prefix)
      : nodes_(nodes), start_(start), prefix_(prefix) {}

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
    conditional.path = prefix_ + conditional.name;
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
  const std::string& prefix_;
};

}  // namespace

class GraphReader {
 public:
  // prefix: the names of the graphs around this one, each with a ':' behind it. A graph inside a graph has
  // the outermost one's id: that is what was asked for, and what its nodes are told.
  GraphReader(std::string prefix, unsigned depth) : prefix_(std::move(prefix)), depth_(depth) {}

  Result<Graph> read(const JsonValue& description, const std::string& id, std::string_view name) {
    graph_.id_ = id;
    graph_.name_ = string_member(description, "name", name);
    graph_.description_ = string_member(description, "description");
    for (const auto step : {&GraphReader::read_channels, &GraphReader::read_nodes, &GraphReader::read_edges,
                            &GraphReader::read_breakpoints, &GraphReader::read_limits}) {
      if (auto done = (this->*step)(description); !done) return fail(done.error());
    }
    graph_.schemas_ = {schema_text(description, "input_schema"), schema_text(description, "output_schema"),
                       schema_text(description, "state_schema"), schema_text(description, "config_schema"),
                       schema_text(description, "context_schema")};
    return std::move(graph_);
  }

 private:
  Status read_channels(const JsonValue& description) {
    const auto* channels = array_member(description, "channels");
    if (channels == nullptr) return {};
    for (const auto& value : channels->GetArray()) {
      auto channel = read_channel(value);
      if (!channel) return fail(channel.error());
      if (graph_.channel_index(channel->name))
        return bad("channels", "\"" + channel->name + "\" is there twice");
      graph_.channels_.push_back(std::move(*channel));
    }
    return {};
  }

  Status read_nodes(const JsonValue& description) {
    const auto* nodes = array_member(description, "nodes");
    if (nodes == nullptr || nodes->Empty()) return bad("nodes", "a graph needs at least one");
    for (const auto& value : nodes->GetArray()) {
      auto node = read_node(value);
      if (!node) return fail(node.error());
      if (graph_.find_node(node->name) != nullptr)
        return bad("nodes", "\"" + node->name + "\" is there twice");
      graph_.nodes_.push_back(std::move(*node));
    }
    return {};
  }

  Result<Node> read_node(const JsonValue& value) {
    Node node;
    node.name = string_member(value, "name");
    if (!good_name(node.name)) {
      return bad("nodes", "\"" + node.name +
                              "\" is no node name: 1 to 128 characters without '|' and ':', not " +
                              std::string(kStart) + " or " + std::string(kEnd));
    }
    const auto where = "node \"" + node.name + "\"";
    node.path = prefix_ + node.name;
    if (const auto* blocking = find_member(value, "blocking")) node.blocking = blocking->IsTrue();
    if (const auto* timeout = find_member(value, "timeout_ms")) {
      const auto read = read_milliseconds(*timeout, where, "timeout_ms");
      if (!read) return fail(read.error());
      node.timeout = *read;
    }
    if (const auto* retry = find_member(value, "retry")) {
      auto read = read_retry(*retry, where);
      if (!read) return fail(read.error());
      node.retry = std::move(*read);
    }
    if (const auto* subgraph = find_member(value, "subgraph")) {
      if (depth_ >= kMaxNesting)
        return bad(where, "graphs nest at most " + std::to_string(kMaxNesting) + " deep");
      auto inner = GraphReader(node.path + ":", depth_ + 1).read(*subgraph, graph_.id_, node.name);
      if (!inner) return fail(inner.error());
      node.subgraph = std::make_shared<const Graph>(std::move(*inner));
    }
    return node;
  }

  Status read_edges(const JsonValue& description) {
    graph_.start_.name = kStart;
    graph_.start_.path = prefix_ + std::string(kStart);
    return EdgeReader(graph_.nodes_, graph_.start_, prefix_).read(description);
  }

  Status read_breakpoints(const JsonValue& description) {
    for (const auto& [key, target] : {std::pair{"interrupt_before", &graph_.interrupt_before_},
                                      std::pair{"interrupt_after", &graph_.interrupt_after_}}) {
      const auto* names = array_member(description, key);
      if (names == nullptr) continue;
      for (const auto& name : names->GetArray()) {
        const bool known = name.IsString() && (as_view(name) == "*" || graph_.find_node(as_view(name)));
        if (!known) return bad(key, "lists names of nodes of the graph, or \"*\"");
        if (as_view(name) == "*") target->all = true;
        target->nodes.emplace_back(as_view(name));
      }
    }
    return {};
  }

  Status read_limits(const JsonValue& description) {
    if (const auto* limit = find_member(description, "recursion_limit")) {
      if (!limit->IsUint() || limit->GetUint() == 0)
        return bad("recursion_limit", "must be a whole number above 0");
      graph_.recursion_limit_ = limit->GetUint();
    }
    if (const auto* resumes = find_member(description, "resumes_on_input"))
      graph_.resumes_on_input_ = resumes->IsTrue();
    return {};
  }

  const std::string prefix_;
  const unsigned depth_;
  Graph graph_;
};

Result<Graph> Graph::from_json(const JsonValue& description) {
  const std::string id(string_member(description, "graph_id"));
  if (id.empty()) return bad("graph_id", "missing; every graph needs one");
  return GraphReader("", 0).read(description, id, id);
}

}  // namespace agenthost::runtime
