// ConfiguredGraph: one graph with its instance, and the executions of its nodes that are waiting.
// Thread-safe.
#pragma once

#include <memory>
#include <mutex>
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
      : services_(services),
        spec_(spec),
        instance_(spec.make_instance ? spec.make_instance(config) : nullptr) {
    if (spec.make_instance && !instance_) {
      throw Error(Code::kInternal, "graph \"" + spec.graph_id + "\": the instance factory returned null");
    }
  }
  ~ConfiguredGraph() {
    // The host owes us an empty map. If it is not: break the circle execution -> frame -> Context ->
    // execution.
    for (const auto& [task, execution] : waiting_) execution->abandon();
  }
  ConfiguredGraph(const ConfiguredGraph&) = delete;
  ConfiguredGraph& operator=(const ConfiguredGraph&) = delete;

  void start(agent_task* task, const agent_node_call& call) {
    const NodeSpec& node = find_node(view(call.node));
    State state(parse_json(view(call.state), "the state"));
    auto execution = std::make_shared<Execution>(services_, task, call);
    if (const auto* plain = std::get_if<PlainNode>(&node.function)) {
      execution->run([&] { return (*plain)(instance_.get(), state, Context(execution)); });
      return;
    }
    start_coroutine(std::get<CoroutineNode>(node.function), task, std::move(execution), std::move(state));
  }

  void deliver(agent_task* task, std::uint64_t token, const agent_reply& reply) {
    const std::shared_ptr<Execution> execution = find(task);
    if (!execution) return;  // the node has ended meanwhile
    const std::optional<Failure> lost = guarded([&] {
      execution->deliver(token, {reply.status, std::string(view(reply.text)), std::string(view(reply.body))});
    });
    if (lost) execution->fail(*lost);
  }

  [[nodiscard]] std::vector<std::string> route(std::string_view edge, std::string_view state) const {
    for (const ConditionalSpec& conditional : spec_.conditionals) {
      if (conditional.name == edge) {
        return conditional.router(instance_.get(), State(parse_json(state, "the state")));
      }
    }
    throw Error(Code::kNotFound,
                "graph \"" + spec_.graph_id + "\" has no conditional edge \"" + std::string(edge) + "\"");
  }

  [[nodiscard]] const Services& services() const noexcept { return services_; }

 private:
  // What a coroutine's references point to.
  struct Kept {
    State state;
    Context context;
    std::shared_ptr<void>
        instance;  // shared because: a graph destroyed too early must not pull it from under a node
  };

  void start_coroutine(const CoroutineNode& function, agent_task* task, std::shared_ptr<Execution> execution,
                       State state) {
    auto kept = std::make_shared<Kept>(Kept{std::move(state), Context(execution), instance_});
    const Kept& call = *kept;
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace(task, execution);
    }
    execution->start(
        std::move(kept), [this](agent_task* ended) { forget(ended); },
        [&] { return function(call.instance.get(), call.state, call.context); });
  }

  const NodeSpec& find_node(std::string_view name) const {
    for (const NodeSpec& node : spec_.nodes) {
      if (node.name == name) return node;
    }
    throw Error(Code::kNotFound,
                "graph \"" + spec_.graph_id + "\" has no node \"" + std::string(name) + "\"");
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
  const std::shared_ptr<void> instance_;  // shared because: running nodes hold it too

  // Guarded by mutex_.
  std::mutex mutex_;
  std::unordered_map<agent_task*, std::shared_ptr<Execution>> waiting_;
};

}  // namespace agent::detail
