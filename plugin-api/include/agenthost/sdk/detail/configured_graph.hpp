// ConfiguredGraph: one graph with its subgraphs and their instances, and the executions of its nodes that are
// waiting.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "agenthost/sdk/context.hpp"
#include "agenthost/sdk/detail/execution.hpp"
#include "agenthost/sdk/detail/graph_spec.hpp"
#include "agenthost/sdk/detail/services.hpp"

namespace agent::detail {

class ConfiguredGraph {
 public:
  ConfiguredGraph(const Services& services, const GraphSpec& spec, const Json& config)
      : services_(services), spec_(spec) {
    make_instances(spec, config, instances_);
  }
  ~ConfiguredGraph() {
    // The host owes us an empty map. If it is not: break the circle execution -> frame -> Context ->
    // execution.
    for (const auto& [task, execution] : waiting_) execution->abandon();
  }
  ConfiguredGraph(const ConfiguredGraph&) = delete;
  ConfiguredGraph& operator=(const ConfiguredGraph&) = delete;

  void start(agent_task* task, const agent_node_call& call) {
    const Place place = resolve(view(call.node));
    const NodeSpec* node = find_node(place);
    if (node == nullptr || std::holds_alternative<SubgraphNode>(node->function)) {
      throw Error(Code::kNotFound, "graph \"" + spec_.graph_id + "\" has no node \"" +
                                       std::string(view(call.node)) + "\"" +
                                       (node == nullptr ? "" : " to run: it is a subgraph"));
    }
    State state(parse_json(view(call.state), "the node's input"));
    auto execution = std::make_shared<Execution>(services_, task, call, node->name, state);
    std::shared_ptr<void> instance = instance_of(*place.graph);
    if (const auto* plain = std::get_if<PlainNode>(&node->function)) {
      execution->run([&] { return (*plain)(instance.get(), state, Context(execution)); });
      return;
    }
    start_coroutine(std::get<CoroutineNode>(node->function), task,
                    Kept{std::move(state), Context(execution), std::move(instance)}, execution);
  }

  void deliver(agent_task* task, std::uint64_t token, const agent_reply& reply) {
    const std::shared_ptr<Execution> execution = find(task);
    if (!execution) return;  // the node has ended meanwhile
    const std::optional<Failure> lost = guarded([&] {
      execution->deliver(token, {reply.status, std::string(view(reply.text)), std::string(view(reply.body))});
    });
    if (lost) execution->fail(*lost);
  }

  [[nodiscard]] std::vector<Target> route(std::string_view edge, std::string_view state) const {
    const Place place = resolve(edge);
    if (place.graph != nullptr) {
      for (const ConditionalSpec& conditional : place.graph->conditionals) {
        if (conditional.name != place.name) continue;
        return conditional.router(instance_of(*place.graph).get(), State(parse_json(state, "the state")));
      }
    }
    throw Error(Code::kNotFound,
                "graph \"" + spec_.graph_id + "\" has no conditional edge \"" + std::string(edge) + "\"");
  }

  [[nodiscard]] const Services& services() const noexcept { return services_; }

 private:
  using Instances = std::map<const GraphSpec*, std::shared_ptr<void>>;  // of graphs that have one

  // A node or an edge: the graph it is in and its name there. graph is null when the path leads nowhere.
  struct Place {
    const GraphSpec* graph;
    std::string_view name;
  };

  // What a coroutine's references point to.
  struct Kept {
    State state;
    Context context;
    std::shared_ptr<void>
        instance;  // shared because: a graph destroyed too early must not pull it from under a node
  };

  static void make_instances(const GraphSpec& spec, const Json& config, Instances& instances) {
    if (spec.make_instance && instances.count(&spec) == 0) {
      auto made = spec.make_instance(config);
      if (!made) {
        throw Error(Code::kInternal, "graph \"" + spec.graph_id + "\": the instance factory returned null");
      }
      instances.emplace(&spec, std::move(made));
    }
    for (const NodeSpec& node : spec.nodes) {
      if (const auto* child = std::get_if<SubgraphNode>(&node.function))
        make_instances(**child, config, instances);
    }
  }

  void start_coroutine(const CoroutineNode& function, agent_task* task, Kept keep,
                       const std::shared_ptr<Execution>& execution) {
    auto kept = std::make_shared<Kept>(std::move(keep));
    const Kept& call = *kept;
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace(task, execution);
    }
    execution->start(
        std::move(kept), [this](agent_task* ended) { forget(ended); },
        [&] { return function(call.instance.get(), call.state, call.context); });
  }

  static const NodeSpec* find_node(const Place& place) {
    if (place.graph == nullptr) return nullptr;
    for (const NodeSpec& node : place.graph->nodes) {
      if (node.name == place.name) return &node;
    }
    return nullptr;
  }
  // "weather:inner:ask": `ask` in the graph of the node `inner` in the graph of the node `weather`.
  Place resolve(std::string_view path) const {
    Place place{&spec_, path};
    for (auto colon = path.find(':'); colon != std::string_view::npos; colon = place.name.find(':')) {
      const NodeSpec* node = find_node({place.graph, place.name.substr(0, colon)});
      const auto* child = node == nullptr ? nullptr : std::get_if<SubgraphNode>(&node->function);
      place = {child == nullptr ? nullptr : *child, place.name.substr(colon + 1)};
    }
    return place;
  }
  std::shared_ptr<void> instance_of(const GraphSpec& graph) const {
    const auto found = instances_.find(&graph);
    return found == instances_.end() ? nullptr : found->second;
  }
  std::shared_ptr<Execution> find(agent_task* task) {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(task);
    return found == waiting_.end() ? nullptr : found->second;
  }
  void forget(agent_task* task) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(task);
  }

  // Constant after construction.
  const Services& services_;
  const GraphSpec& spec_;
  Instances instances_;  // shared because: running nodes hold them too

  // Guarded by mutex_.
  std::mutex mutex_;
  std::unordered_map<agent_task*, std::shared_ptr<Execution>> waiting_;
};

}  // namespace agent::detail
