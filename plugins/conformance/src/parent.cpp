// parent: p1 -> child -> p2, where child is a graph that reports and asks.
#include <agenthost/sdk/agent.hpp>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::State, agent::Update;

template <class Instance>
agent::Graph<Instance> with_channels(agent::Graph<Instance> graph) {
  return graph.channel("foo", agent::Reducer::kAppend, Json::array()).channel("answer");
}

Update p1(const State&, const Context& ctx) {
  ctx.emit({{"hello", "p1"}});
  return Update{}.set("foo", {"p1"});
}
Update p2(const State&) {
  return Update{}.set("foo", {"p2"});
}
Update inner_a(const State&, const Context& ctx) {
  ctx.emit({{"progress", 1}});
  return Update{}.set("foo", {"inner_a"});
}
Update inner_ask(const State&, const Context& ctx) {
  return Update{}.set("answer", ctx.interrupt("inner?")).set("foo", {"inner_ask"});
}

}  // namespace

void add_parent(agent::Plugin& plugin) {
  const auto child = with_channels(plugin.subgraph("child"))
                         .node("inner_a", inner_a)
                         .node("inner_ask", inner_ask)
                         .path({kStart, "inner_a", "inner_ask", kEnd});
  with_channels(plugin.graph("parent"))
      .node("p1", p1)
      .node("child", child)
      .node("p2", p2)
      .path({kStart, "p1", "child", "p2", kEnd});
}

}  // namespace conformance
