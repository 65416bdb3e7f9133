// delay waits as long as it is told; error waits a second and fails with a class name of its own.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::Context, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Task, agent::Update;
using std::chrono::milliseconds;

Task<Update> long_running(State state, Context ctx) {
  const auto delay = state.get<unsigned>("delay", 0);
  co_await ctx.sleep(milliseconds(delay));
  co_return Update{}.set("messages", "finished after " + std::to_string(delay) + "ms");
}

Task<Update> error_node(State, Context ctx) {
  co_await ctx.sleep(milliseconds(1000));
  ctx.raise("CustomError", "Boo!");
}

}  // namespace

void add_delay_and_error(agent::Plugin& plugin) {
  plugin.graph("delay")
      .channel("messages", Reducer::kMessages)
      .channel("delay")
      .node("long_running", long_running)
      .path({kStart, "long_running", kEnd});
  plugin.graph("error")
      .channel("messages", Reducer::kMessages)
      .node("error_node", error_node)
      .path({kStart, "error_node", kEnd});
}

}  // namespace conformance
