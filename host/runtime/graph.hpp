// Graph: what a plugin describes and the superstep loop runs: channels with reducers, nodes, edges.
// Immutable.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"

namespace agenthost::runtime {

inline constexpr std::string_view kStart = "__start__";
inline constexpr std::string_view kEnd = "__end__";

enum class Reducer {
  kLastValue,  // the write replaces the value; two writes in one superstep are an error
  kAppend,     // lists are concatenated; a write that is no list is one element
  kMessages,   // append with identity: same id replaces, type "remove" deletes
  kMerge,      // objects are merged, top level, later wins
};

[[nodiscard]] std::optional<Reducer> reducer_from(std::string_view name);

struct Channel {
  std::string name;
  Reducer reducer = Reducer::kLastValue;
  JsonBlob initial;  // null = absent from the state until first written
};

struct ConditionalEdge {
  std::string name;
  std::string path;                  // what route() is asked: the name behind those of the graphs around it
  std::vector<std::string> targets;  // what it may answer; empty = any node
};

// What happens when a node fails with an error that may pass: it runs again, later each time.
struct RetryPolicy {
  unsigned max_attempts = 1;
  std::chrono::milliseconds initial{500};
  double backoff = 2.0;
  std::chrono::milliseconds longest{128'000};
  std::vector<std::string> on;  // kinds of errors; empty = those that say that trying again may help

  [[nodiscard]] bool covers(const Error& error) const;
  // Before the given attempt, which is at least the second.
  [[nodiscard]] std::chrono::milliseconds delay_before(unsigned attempt) const;
};

class Graph;

struct Node {
  std::string name;
  std::string path;  // what start_node() is told: "name", in a subgraph "outer:name"
  bool blocking = false;
  std::optional<std::chrono::milliseconds> timeout;
  RetryPolicy retry;
  std::vector<std::string> edges;  // node names or kEnd
  std::vector<ConditionalEdge> conditional_edges;
  // Not null: the node is a graph, run as a loop of its own with its own checkpoints.
  // Shared because: a Graph is a value that is copied into the catalogue.
  std::shared_ptr<const Graph> subgraph;
};

// Which nodes a static breakpoint names.
struct Breakpoints {
  bool all = false;  // but not __start__, which is no node of anybody
  std::vector<std::string> nodes;
  [[nodiscard]] bool hits(std::string_view node) const;
};

struct GraphSchemas {
  // JSON Schema texts, or "null".
  std::string input = "null", output = "null", state = "null", config = "null", context = "null";
};

class GraphReader;

class Graph {
 public:
  // From one element of describe()'s "graphs". The error names the member and the remedy.
  [[nodiscard]] static Result<Graph> from_json(const JsonValue& description);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& description() const { return description_; }
  [[nodiscard]] const std::vector<Channel>& channels() const { return channels_; }
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const Node& start() const { return start_; }  // the edges out of __start__
  [[nodiscard]] const GraphSchemas& schemas() const { return schemas_; }
  // 0 = the server's default.
  [[nodiscard]] unsigned recursion_limit() const { return recursion_limit_; }
  // A new run's input on an interrupted thread is taken as the answer.
  [[nodiscard]] bool resumes_on_input() const { return resumes_on_input_; }
  // Breakpoints that belong to the graph, whatever a run asks for.
  [[nodiscard]] const Breakpoints& interrupt_before() const { return interrupt_before_; }
  [[nodiscard]] const Breakpoints& interrupt_after() const { return interrupt_after_; }

  [[nodiscard]] std::optional<std::size_t> channel_index(std::string_view name) const;
  [[nodiscard]] const Node* find_node(std::string_view name) const;

 private:
  friend class GraphReader;

  std::string id_, name_, description_;
  std::vector<Channel> channels_;
  std::vector<Node> nodes_;
  Node start_;
  GraphSchemas schemas_;
  unsigned recursion_limit_ = 0;
  bool resumes_on_input_ = false;
  Breakpoints interrupt_before_, interrupt_after_;
};

}  // namespace agenthost::runtime
