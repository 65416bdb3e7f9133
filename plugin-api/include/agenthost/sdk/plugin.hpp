// Plugin: what AGENT_PLUGIN hands to your function so that you can say which graphs there are. Used only
// during set-up.
#pragma once

#include <concepts>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/graph.hpp"

namespace agent {

namespace detail {
// Becomes a config and nothing else. Why not ask for Json itself: that converts to int, to string, to almost
// anything.
struct OnlyConfig {
  operator const Json&() const;  // NOLINT(google-explicit-constructor): the conversion is the point
};
}  // namespace detail

class Plugin {
 public:
  Plugin(std::string id, std::string version) : id_(std::move(id)), version_(std::move(version)) {}

  // A graph without an instance of its own.
  Graph<> graph(std::string graph_id) { return Graph<>(add(graphs_, std::move(graph_id))); }

  // A graph whose configured instance is an Instance, made from its config (const Json&) or from nothing;
  // when it needs more, say .instance(factory) instead.
  template <class Instance>
  Graph<Instance> graph(std::string graph_id) {
    return with_instance<Instance>(add(graphs_, std::move(graph_id)));
  }

  // A graph that is only a node of others (Graph::node). With an instance, each graph it is part of has one.
  Graph<> subgraph(std::string name) { return Graph<>(add(subgraphs_, std::move(name))); }
  template <class Instance>
  Graph<Instance> subgraph(std::string name) {
    return with_instance<Instance>(add(subgraphs_, std::move(name)));
  }

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& version() const noexcept { return version_; }
  [[nodiscard]] const std::deque<detail::GraphSpec>& graphs() const noexcept { return graphs_; }

 private:
  template <class Instance>
  static Graph<Instance> with_instance(detail::GraphSpec& spec) {
    if constexpr (std::constructible_from<Instance, detail::OnlyConfig>) {
      return Graph<Instance>(spec).instance(
          [](const Json& config) { return std::make_shared<Instance>(config); });
    } else {
      static_assert(std::default_initializable<Instance>,
                    "graph<T>(): T needs a constructor T(const agent::Json& config) or T()");
      return Graph<Instance>(spec).instance([](const Json&) { return std::make_shared<Instance>(); });
    }
  }

  static detail::GraphSpec& add(std::deque<detail::GraphSpec>& graphs, std::string graph_id) {
    graphs.emplace_back().graph_id = std::move(graph_id);
    return graphs.back();
  }

  std::string id_;
  std::string version_;
  // Deques: Graph handles point into them.
  std::deque<detail::GraphSpec> graphs_;
  std::deque<detail::GraphSpec> subgraphs_;
};

}  // namespace agent
