// @NAME@: one graph with one node. What else a node may do is in docs/plugin-guide.md of agenthost, in
// share/doc/agenthost where that is installed.
#include <agenthost/sdk/agent.hpp>

using agent::Context, agent::State, agent::Task, agent::Update;

namespace {

// State in, update out. Waiting costs no thread; what the node asks of the world goes through ctx.
Task<Update> answer(State state, Context ctx) {
  const std::string said = agent::text_of(state.last_message());
  ctx.emit({{"heard", said.size()}});
  co_await ctx.sleep(std::chrono::milliseconds(100));
  co_return Update{}.message(agent::ai_message("You said: " + said, ctx.new_message_id()));
}

}  // namespace

AGENT_PLUGIN("@NAME@", "0.1.0", [](agent::Plugin& plugin) {
  plugin.graph("@NAME@")
      .channel("messages", agent::Reducer::kMessages)
      .node("answer", answer)
      .path({agent::kStart, "answer", agent::kEnd});
})
