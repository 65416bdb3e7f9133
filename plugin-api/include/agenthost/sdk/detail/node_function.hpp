// From any of the shapes an author may write a node or a router in to the one the trampolines call.
// Immutable.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "agenthost/sdk/detail/graph_spec.hpp"

namespace agent::detail {

template <class>
inline constexpr bool kNever = false;

template <class Result, class Call>
NodeFunction wrap_node(Call call) {
  if constexpr (std::is_same_v<Result, Task<Update>>) {
    return CoroutineNode(std::move(call));
  } else {
    static_assert(std::is_same_v<Result, Update>,
                  "node(): the function must return agent::Task<Update> or agent::Update");
    return PlainNode(std::move(call));
  }
}

template <class Instance, class Function>
NodeFunction node_function(Function function) {
  if constexpr (std::is_invocable_v<const Function&, Instance&, State, Context>) {
    using Result = std::invoke_result_t<const Function&, Instance&, State, Context>;
    return wrap_node<Result>(
        [function = std::move(function)](void* instance, const State& state, const Context& ctx) {
          return std::invoke(function, *static_cast<Instance*>(instance), state, ctx);
        });
  } else if constexpr (std::is_invocable_v<const Function&, State, Context>) {
    using Result = std::invoke_result_t<const Function&, State, Context>;
    return wrap_node<Result>([function = std::move(function)](void*, const State& state, const Context& ctx) {
      return std::invoke(function, state, ctx);
    });
  } else if constexpr (std::is_invocable_v<const Function&, State>) {
    using Result = std::invoke_result_t<const Function&, State>;
    return wrap_node<Result>([function = std::move(function)](void*, const State& state, const Context&) {
      return std::invoke(function, state);
    });
  } else {
    static_assert(
        kNever<Function>,
        "node(): a node is called with (State, Context) or (State), or with (Instance&, State, Context) in a "
        "graph<Instance>; take them by value or const reference, and make a lambda's call const");
  }
}

inline std::vector<Target> as_targets(Target target) {
  return {std::move(target)};
}
template <class One>
std::vector<Target> as_targets(const std::vector<One>& targets) {
  return {targets.begin(), targets.end()};
}

template <class Instance, class Function>
RouterFunction router_function(Function function) {
  if constexpr (std::is_invocable_v<const Function&, const Instance&, const State&>) {
    return [function = std::move(function)](const void* instance, const State& state) {
      return as_targets(std::invoke(function, *static_cast<const Instance*>(instance), state));
    };
  } else if constexpr (std::is_invocable_v<const Function&, const State&>) {
    return [function = std::move(function)](const void*, const State& state) {
      return as_targets(std::invoke(function, state));
    };
  } else {
    static_assert(
        kNever<Function>,
        "conditional(): a router is called with (const State&), or with (const Instance&, const State&) in a "
        "graph<Instance>, and returns a node's name, an agent::Send, an agent::Target, or a std::vector of "
        "one of them");
  }
}

}  // namespace agent::detail
