// Graph: writes down one agent: channels, nodes, edges. A light handle on what the Plugin owns; copies are
// the same graph. Used only while the plugin is being built; what it wrote is immutable afterwards.
//
// A node is any of
//   Task<Update>(State, Context)      a coroutine: waits without a thread
//   Update(State, Context)            a plain function: quick, or with NodeOptions{.blocking = true}
//   Update(State)                     a pure one
// and, when the graph has an instance (`plugin.graph<Agent>("id")`, or .instance(factory)), also
//   Task<Update> Agent::plan(State, Context)      given as &Agent::plan, or
//   [](Agent& agent, State, Context) -> Task<Update>
// or a graph of its own: graph.node("weather", plugin.subgraph("weather")...). Its input are the channels
// that both graphs have, and what those hold at its end is what the node writes. Mistakes (a node twice, an
// edge to nowhere) are reported when the plugin is loaded, all at once.
#pragma once

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "agenthost/sdk/detail/graph_spec.hpp"
#include "agenthost/sdk/detail/node_function.hpp"

namespace agent {

inline constexpr const char* kStart = "__start__";
inline constexpr const char* kEnd = "__end__";

template <class Instance = detail::NoInstance>
class Graph {
 public:
  explicit Graph(detail::GraphSpec& spec) : spec_(&spec) {}

  // What each configured graph owns: factory(config) -> std::shared_ptr<T>, T shared by all its runs (so
  // thread-safe or immutable). config is the `config:` of plugin.yaml with the operator's changes. Throwing
  // refuses that graph.
  template <class Factory>
  auto instance(Factory factory) const;

  Graph name(std::string text) const { return with(spec_->name, std::move(text)); }
  Graph description(std::string text) const { return with(spec_->description, std::move(text)); }

  Graph channel(std::string name, Reducer reducer = Reducer::kLastValue) const;
  Graph channel(std::string name, Reducer reducer, Json initial) const;

  template <class Function>
  Graph node(std::string name, Function function, NodeOptions options = {}) const;
  // A subgraph as a node. child may still be written on afterwards, and be a node of several graphs.
  template <class Other>
  Graph node(std::string name, const Graph<Other>& child) const;

  Graph edge(std::string from, std::string to) const;
  // The edges along a straight line: path({kStart, "one", "two", kEnd}).
  Graph path(std::initializer_list<std::string> nodes) const;
  // router: called with (const State&), also with (const Instance&, const State&) or as a const member
  // function; pure and quick. It returns a node's name, a Send, a Target, or a std::vector of one of them.
  // targets: the nodes it may name; empty = any node.
  template <class Function>
  Graph conditional(std::string from, std::string name, Function router,
                    std::vector<std::string> targets = {}) const;

  // Static breakpoints: each run stops before or after these nodes, and goes on when it is resumed.
  Graph interrupt_before(std::vector<std::string> nodes) const {
    return with(spec_->interrupt_before, std::move(nodes));
  }
  Graph interrupt_after(std::vector<std::string> nodes) const {
    return with(spec_->interrupt_after, std::move(nodes));
  }

  Graph input_schema(Json schema) const { return with(spec_->input_schema, std::move(schema)); }
  Graph output_schema(Json schema) const { return with(spec_->output_schema, std::move(schema)); }
  Graph state_schema(Json schema) const { return with(spec_->state_schema, std::move(schema)); }
  Graph config_schema(Json schema) const { return with(spec_->config_schema, std::move(schema)); }
  Graph context_schema(Json schema) const { return with(spec_->context_schema, std::move(schema)); }

  Graph recursion_limit(unsigned supersteps) const { return with(spec_->recursion_limit, supersteps); }
  // A new run's input on an interrupted thread is taken as the answer to the interrupt.
  Graph resumes_on_input() const { return with(spec_->resumes_on_input, true); }

 private:
  template <class Other>
  friend class Graph;

  template <class Member, class Value>
  Graph with(Member& member, Value&& value) const {
    member = std::forward<Value>(value);
    return *this;
  }

  detail::GraphSpec* spec_;
};

template <class Instance>
template <class Factory>
auto Graph<Instance>::instance(Factory factory) const {
  using Pointer = std::invoke_result_t<Factory&, const Json&>;
  using Made = typename Pointer::element_type;
  static_assert(std::is_convertible_v<Pointer, std::shared_ptr<Made>>,
                "instance(): the factory returns std::shared_ptr<T> or std::unique_ptr<T>");
  static_assert(std::is_same_v<Instance, detail::NoInstance> || std::is_same_v<Instance, Made>,
                "instance(): this graph already has an instance of another type");
  spec_->make_instance = [factory = std::move(factory)](const Json& config) -> std::shared_ptr<void> {
    return std::shared_ptr<Made>(factory(config));
  };
  return Graph<Made>(*spec_);
}

template <class Instance>
Graph<Instance> Graph<Instance>::channel(std::string name, Reducer reducer) const {
  Json initial = reducer == Reducer::kMessages ? Json::array() : Json();
  return channel(std::move(name), reducer, std::move(initial));
}

template <class Instance>
Graph<Instance> Graph<Instance>::channel(std::string name, Reducer reducer, Json initial) const {
  spec_->channels.push_back({std::move(name), reducer, std::move(initial)});
  return *this;
}

template <class Instance>
template <class Function>
Graph<Instance> Graph<Instance>::node(std::string name, Function function, NodeOptions options) const {
  spec_->nodes.push_back(
      {std::move(name), std::move(options), detail::node_function<Instance>(std::move(function))});
  return *this;
}

template <class Instance>
template <class Other>
Graph<Instance> Graph<Instance>::node(std::string name, const Graph<Other>& child) const {
  spec_->nodes.push_back({std::move(name), {}, detail::SubgraphNode(child.spec_)});
  return *this;
}

template <class Instance>
Graph<Instance> Graph<Instance>::edge(std::string from, std::string to) const {
  spec_->edges.emplace_back(std::move(from), std::move(to));
  return *this;
}

template <class Instance>
Graph<Instance> Graph<Instance>::path(std::initializer_list<std::string> nodes) const {
  const std::string* from = nullptr;
  for (const std::string& to : nodes) {
    if (from != nullptr) edge(*from, to);
    from = &to;
  }
  return *this;
}

template <class Instance>
template <class Function>
Graph<Instance> Graph<Instance>::conditional(std::string from, std::string name, Function router,
                                             std::vector<std::string> targets) const {
  spec_->conditionals.push_back({std::move(from), std::move(name), std::move(targets),
                                 detail::router_function<Instance>(std::move(router))});
  return *this;
}

}  // namespace agent
