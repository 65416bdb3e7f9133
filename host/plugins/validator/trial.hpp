// Trial: one plugin, loaded in this process by a StrictHost, with its graphs made. For a child process of the
// validator: whatever the plugin does wrong goes to the Witness. Strand-bound.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/plugins/loader.hpp"
#include "host/plugins/validator/child.hpp"
#include "host/plugins/validator/strict_host.hpp"

namespace agenthost::plugins::validator {

// What is tried, and how.
struct Subject {
  Manifest manifest;
  std::filesystem::path folder;
  std::string config = "{}";  // the manifest's, with the operator's laid over
  std::uint64_t seed = 0;
  unsigned rounds = 20;  // of wild input for each node
  Patience patience;
  std::set<std::string> lost;  // nodes and edges, by name, that are not to be tried: see ChildReport
};

// A node or an edge of a graph or of one of its subgraphs.
struct TrialNode {
  std::string path;
  bool blocking = false;
  const runtime::Graph* graph = nullptr;  // the one it stands in
};
struct TrialEdge {
  std::string path;
  const runtime::Graph* graph = nullptr;
  std::vector<std::string> targets;
};

struct TrialGraph {
  agent_graph* handle = nullptr;
  std::shared_ptr<const runtime::Graph> description;
  std::vector<TrialNode> nodes;
  std::vector<TrialEdge> edges;
};

// As people read it in findings.
[[nodiscard]] std::string name_of_node(const TrialGraph& graph, const std::string& path);
[[nodiscard]] std::string name_of_edge(const TrialGraph& graph, const std::string& path);

class Trial {
 public:
  Trial(const Subject& subject, Witness& witness);

  // Each: false when it was refused, and the Witness knows. In this order; enter() may be repeated.
  [[nodiscard]] bool load();
  [[nodiscard]] bool enter();
  // Describes and makes every graph.
  [[nodiscard]] bool make_graphs();
  [[nodiscard]] bool open() { return load() && enter() && make_graphs(); }

  [[nodiscard]] const std::vector<TrialGraph>& graphs() const { return graphs_; }
  [[nodiscard]] StrictHost& host() { return host_; }
  [[nodiscard]] const agent_plugin_api& api() const { return *reply_.plugin_api; }
  [[nodiscard]] agent_plugin* plugin() const { return reply_.plugin; }

  [[nodiscard]] RunPlan plan(const TrialGraph& graph, const TrialNode& node, std::string state) const;
  Ending run(const TrialGraph& graph, const RunPlan& plan) { return host_.run(api(), graph.handle, plan); }
  // Runs it again and again until it ends with no question, or has asked too many; `answer` says what to
  // answer.
  Ending run_with_answers(const TrialGraph& graph, RunPlan plan, const std::function<std::string()>& answer);
  // Asks the edge; nullopt when the plugin failed it, which is its right, or when it is lost.
  [[nodiscard]] std::optional<std::string> ask(const TrialGraph& graph, const std::string& edge,
                                               const std::string& state);
  // Asks the edge and judges the answer. False when there was none.
  bool route(const TrialGraph& graph, const TrialEdge& edge, const std::string& state);
  // The description as text; empty when it failed.
  [[nodiscard]] std::string describe();

  // Destroys the graphs and stops the plugin.
  void close();

 private:
  [[nodiscard]] bool make_graph(runtime::Graph description);

  const Subject& subject_;
  Witness& witness_;
  StrictHost host_;
  std::shared_ptr<void> library_;
  PluginEntry* entry_ = nullptr;
  agent_entry_reply reply_{};
  std::vector<TrialGraph> graphs_;
};

}  // namespace agenthost::plugins::validator
