// err, hitl, par, slow: one behaviour each. Channel `foo` is a list of who was there, `answer` what a human
// said.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::State, agent::Task, agent::Update;

agent::Graph<> foo_graph(agent::Plugin& plugin, const char* graph_id) {
  return plugin.graph(graph_id).channel("foo", agent::Reducer::kAppend, Json::array()).channel("answer");
}

Update sign(const State&, const Context& ctx) {
  return Update{}.set("foo", {ctx.node()});
}

Update ask(const State&, const Context& ctx) {
  return Update{}.set("answer", ctx.interrupt({{"question", "ok?"}})).set("foo", {"ask"});
}

Update boom(const State&, const Context& ctx) {
  ctx.raise("TypeError", "kaboom");
}

// In small steps, each of which a cancel ends at once.
Task<Update> nap(State, Context ctx) {
  for (int step = 0; step < 30; ++step) co_await ctx.sleep(std::chrono::milliseconds(100));
  co_return Update{}.set("foo", {"nap"});
}

// Asks "q<node>" and signs with the answer.
Update ask_in_parallel(const State&, const Context& ctx) {
  const Json answer = ctx.interrupt("q" + ctx.node());
  const std::string text = answer.is_string() ? answer.get<std::string>() : agent::to_text(answer);
  return Update{}.set("foo", {ctx.node() + ":" + text});
}

}  // namespace

void add_small_graphs(agent::Plugin& plugin) {
  foo_graph(plugin, "err").node("one", sign).node("boom", boom).path({kStart, "one", "boom"});
  foo_graph(plugin, "hitl")
      .node("one", sign)
      .node("ask", ask)
      .node("two", sign)
      .path({kStart, "one", "ask", "two", kEnd});
  foo_graph(plugin, "slow").node("one", sign).node("nap", nap).path({kStart, "one", "nap", kEnd});
  foo_graph(plugin, "par")
      .node("fan", sign)
      .node("a", ask_in_parallel)
      .node("b", ask_in_parallel)
      .path({kStart, "fan", "a", kEnd})
      .path({"fan", "b", kEnd});
}

}  // namespace conformance
