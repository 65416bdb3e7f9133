// The JSON of describe(), and the check of what an author wrote down. Thread-safe: no state.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agenthost/sdk/detail/graph_spec.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/plugin.hpp"

namespace agent::detail {

inline const char* reducer_name(Reducer reducer) noexcept {
  switch (reducer) {
    case Reducer::kAppend:
      return "append";
    case Reducer::kMessages:
      return "messages";
    case Reducer::kMerge:
      return "merge";
    case Reducer::kLastValue:
      break;
  }
  return "last_value";
}

inline Json describe_channel(const ChannelSpec& channel) {
  Json json{{"name", channel.name}, {"reducer", reducer_name(channel.reducer)}};
  if (!channel.initial.is_null()) json["initial"] = channel.initial;
  return json;
}

inline Json describe_retry(const RetryPolicy& retry) {
  Json json{{"max_attempts", retry.max_attempts},
            {"initial_ms", retry.initial.count()},
            {"backoff", retry.backoff},
            {"max_ms", retry.max.count()}};
  if (!retry.on.empty()) json["on"] = retry.on;
  return json;
}

Json describe_structure(const GraphSpec& graph);

inline Json describe_node(const NodeSpec& node) {
  if (const auto* child = std::get_if<SubgraphNode>(&node.function)) {
    return {{"name", node.name}, {"subgraph", describe_structure(**child)}};
  }
  Json json{{"name", node.name}, {"blocking", node.options.blocking}};
  if (node.options.timeout.count() > 0) json["timeout_ms"] = node.options.timeout.count();
  if (node.options.retry) json["retry"] = describe_retry(*node.options.retry);
  return json;
}

// What a served graph and a subgraph have in common.
inline Json describe_structure(const GraphSpec& graph) {
  Json json{{"name", graph.name.empty() ? graph.graph_id : graph.name},
            {"channels", Json::array()},
            {"nodes", Json::array()},
            {"edges", Json::array()},
            {"conditional_edges", Json::array()}};
  for (const ChannelSpec& channel : graph.channels) json["channels"].push_back(describe_channel(channel));
  for (const NodeSpec& node : graph.nodes) json["nodes"].push_back(describe_node(node));
  for (const auto& [from, to] : graph.edges) json["edges"].push_back(Json::array({from, to}));
  for (const ConditionalSpec& edge : graph.conditionals) {
    json["conditional_edges"].push_back(
        {{"from", edge.from}, {"name", edge.name}, {"targets", edge.targets}});
  }
  if (!graph.interrupt_before.empty()) json["interrupt_before"] = graph.interrupt_before;
  if (!graph.interrupt_after.empty()) json["interrupt_after"] = graph.interrupt_after;
  const std::pair<const char*, const Json*> schemas[] = {{"input_schema", &graph.input_schema},
                                                         {"output_schema", &graph.output_schema},
                                                         {"state_schema", &graph.state_schema},
                                                         {"config_schema", &graph.config_schema},
                                                         {"context_schema", &graph.context_schema}};
  for (const auto& [name, schema] : schemas) {
    if (!schema->is_null()) json[name] = *schema;
  }
  return json;
}

inline Json describe_graph(const GraphSpec& graph) {
  Json json = describe_structure(graph);
  json["graph_id"] = graph.graph_id;
  json["description"] = graph.description;
  json["recursion_limit"] = graph.recursion_limit;
  json["resumes_on_input"] = graph.resumes_on_input;
  return json;
}

inline Json describe_plugin(const Plugin& plugin) {
  const std::string abi = std::to_string(AGENT_ABI_MAJOR) + "." + std::to_string(AGENT_ABI_MINOR);
  Json json{{"abi", abi}, {"plugin", plugin.id()}, {"version", plugin.version()}, {"graphs", Json::array()}};
  for (const GraphSpec& graph : plugin.graphs()) json["graphs"].push_back(describe_graph(graph));
  return json;
}

// What is wrong with a graph, one line each; nothing when it is fine.
class GraphCheck {
 public:
  explicit GraphCheck(const GraphSpec& graph) : graph_(graph) {}

  std::vector<std::string> problems() {
    if (graph_.graph_id.empty()) report("has no graph_id");
    for (const ChannelSpec& channel : graph_.channels) unique("channel", channel.name, channels_);
    for (const NodeSpec& node : graph_.nodes) unique("node", node.name, nodes_);
    if (nodes_.count(kStart) + nodes_.count(kEnd) > 0)
      report("a node must not be named __start__ or __end__");
    bool starts = false;
    for (const auto& [from, to] : graph_.edges) {
      starts = starts || from == kStart;
      source("edge", from);
      target("edge from \"" + from + "\"", to);
    }
    for (const ConditionalSpec& edge : graph_.conditionals) {
      starts = starts || edge.from == kStart;
      source("conditional edge \"" + edge.name + "\"", edge.from);
      unique("conditional edge", edge.name, routers_);
      for (const std::string& to : edge.targets) target("conditional edge \"" + edge.name + "\"", to);
    }
    if (!starts) report("nothing starts it: add .edge(agent::kStart, \"<first node>\")");
    for (const std::string& node : graph_.interrupt_before) breakpoint("interrupt_before", node);
    for (const std::string& node : graph_.interrupt_after) breakpoint("interrupt_after", node);
    return std::move(problems_);
  }

 private:
  using Names = std::set<std::string, std::less<>>;

  void report(const std::string& text) { problems_.push_back("graph \"" + graph_.graph_id + "\": " + text); }
  void unique(const std::string& what, const std::string& name, Names& seen) {
    if (name.empty()) report("a " + what + " has no name");
    if (name.find_first_of(":|") != std::string::npos)
      report(what + " \"" + name +
             "\": a name must not contain ':' or '|', which separate the parts of paths");
    if (!seen.insert(name).second) report(what + " \"" + name + "\" is there twice");
  }
  void source(const std::string& what, const std::string& from) {
    if (from != kStart && nodes_.count(from) == 0)
      report(what + " leaves \"" + from + "\", which is no node");
  }
  void target(const std::string& what, const std::string& to) {
    if (to != kEnd && nodes_.count(to) == 0) report(what + " leads to \"" + to + "\", which is no node");
  }
  void breakpoint(const std::string& what, const std::string& node) {
    if (nodes_.count(node) == 0) report(what + " names \"" + node + "\", which is no node");
  }

  const GraphSpec& graph_;
  Names channels_, nodes_, routers_;
  std::vector<std::string> problems_;
};

// Checks a graph and the graphs inside it, each once. around: the graphs that lead here.
inline void check_deep(const GraphSpec& graph, std::vector<const GraphSpec*>& around,
                       std::set<const GraphSpec*>& checked, std::vector<std::string>& problems) {
  if (std::find(around.begin(), around.end(), &graph) != around.end()) {
    problems.push_back("graph \"" + graph.graph_id + "\": contains itself");
    return;
  }
  if (!checked.insert(&graph).second) return;
  for (std::string& problem : GraphCheck(graph).problems()) problems.push_back(std::move(problem));
  around.push_back(&graph);
  for (const NodeSpec& node : graph.nodes) {
    if (const auto* child = std::get_if<SubgraphNode>(&node.function))
      check_deep(**child, around, checked, problems);
  }
  around.pop_back();
}

inline std::vector<std::string> problems_of(const Plugin& plugin) {
  std::vector<std::string> problems;
  std::vector<const GraphSpec*> around;
  std::set<const GraphSpec*> checked;
  std::set<std::string> ids;
  for (const GraphSpec& graph : plugin.graphs()) {
    if (!ids.insert(graph.graph_id).second)
      problems.push_back("graph \"" + graph.graph_id + "\" is there twice");
    check_deep(graph, around, checked, problems);
  }
  if (plugin.graphs().empty())
    problems.push_back("plugin \"" + plugin.id() + "\" has no graph: add plugin.graph(...)");
  return problems;
}

}  // namespace agent::detail
