// echo: answers after delay_ms, with `tokens` custom events on the way.
#include <agenthost/sdk/agent.hpp>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::Context, agent::State, agent::Task, agent::Update;

Task<Update> echo(State state, Context ctx) {
  co_await ctx.sleep(std::chrono::milliseconds(state.get<unsigned>("delay_ms", 0)));
  const auto tokens = state.get<unsigned>("tokens", 0);
  for (unsigned i = 0; i < tokens; ++i) {
    const auto pressure = ctx.emit({{"token", "tok" + std::to_string(i)}});
    if (pressure == agent::Pressure::kSlowDown) co_await ctx.sleep(std::chrono::milliseconds(1));
  }
  const std::string said = agent::text_of(state.last_message());
  co_return Update{}.message(agent::ai_message("echo: " + said, ctx.new_message_id()));
}

}  // namespace

void add_echo(agent::Plugin& plugin) {
  plugin.graph("echo")
      .channel("messages", agent::Reducer::kMessages)
      .channel("delay_ms")
      .channel("tokens")
      .node("echo", echo)
      .path({agent::kStart, "echo", agent::kEnd});
}

}  // namespace conformance
