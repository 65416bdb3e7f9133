// GraphSpec: a graph as its author wrote it down: the data of describe() and the functions behind it.
// Immutable once the plugin is built, and thread-safe from then on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agenthost/sdk/context.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/send.hpp"
#include "agenthost/sdk/state.hpp"
#include "agenthost/sdk/task.hpp"
#include "agenthost/sdk/update.hpp"

namespace agent {

// What a write to a channel does to its value.
enum class Reducer {
  kLastValue,  // replaces it; two writes in one superstep are an error
  kAppend,     // lists are concatenated; a write that is no list is one element
  kMessages,   // append with identity: the same id replaces, type "remove" deletes; starts as []
  kMerge,      // objects are merged, top level, later wins
};

// How often a node that failed is run again, and after which pause: initial, then each time `backoff` as
// long.
struct RetryPolicy {
  unsigned max_attempts = 3;  // counting the first one
  std::chrono::milliseconds initial{500};
  double backoff = 2.0;
  std::chrono::milliseconds max{128'000};  // no pause is longer
  // The errors' class names ("ConnectionError"); empty = those of the host's services that may pass.
  std::vector<std::string> on = {};
};

struct NodeOptions {
  bool blocking = false;                 // runs on the pool for blocking nodes and may take its time
  std::chrono::milliseconds timeout{0};  // 0 = the host's default
  std::optional<RetryPolicy> retry = {};
};

namespace detail {

struct NoInstance {};

// Nodes and routers with the instance's type erased. The references live until the node has ended.
using PlainNode = std::function<Update(void* instance, const State&, const Context&)>;
using CoroutineNode = std::function<Task<Update>(void* instance, const State&, const Context&)>;
// A node that is a graph itself; the host runs it.
struct GraphSpec;
using SubgraphNode = const GraphSpec*;
using NodeFunction = std::variant<PlainNode, CoroutineNode, SubgraphNode>;
using RouterFunction = std::function<std::vector<Target>(const void* instance, const State&)>;

struct ChannelSpec {
  std::string name;
  Reducer reducer = Reducer::kLastValue;
  Json initial;  // null = absent until first written
};

struct NodeSpec {
  std::string name;
  NodeOptions options;
  NodeFunction function;
};

struct ConditionalSpec {
  std::string from;
  std::string name;
  std::vector<std::string> targets;
  RouterFunction router;
};

struct GraphSpec {
  std::string graph_id;
  std::string name;
  std::string description;
  std::vector<ChannelSpec> channels;
  std::vector<NodeSpec> nodes;
  std::vector<std::pair<std::string, std::string>> edges;
  std::vector<ConditionalSpec> conditionals;
  std::vector<std::string> interrupt_before, interrupt_after;
  Json input_schema, output_schema, state_schema, config_schema, context_schema;
  unsigned recursion_limit = 25;
  bool resumes_on_input = false;
  std::function<std::shared_ptr<void>(const Json& config)> make_instance;  // empty = no instance
};

}  // namespace detail
}  // namespace agent
