// agent_simple: the tool gets one message by a Send, not the state; the last answer ends in U+2028.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Task,
    agent::Update;

constexpr const char* kHeader = "x-configurable-header";

// Keeps what was said first, for each user.
Task<void> remember_first_text(Json message, Context ctx) {
  const State user(ctx.configurable().value("langgraph_auth_user", Json::object()));
  const agent::Namespace memory{user.get<std::string>("identity", "ALL")};
  if ((co_await ctx.store().get(memory, "key_one")).has_value()) co_return;
  const Json first{{"text", agent::text_of(message)}};
  co_await ctx.store().put(memory, "key_one", first);
}

Task<Update> agent_node(State state, Context ctx) {
  const Json& configurable = ctx.configurable();
  if (configurable.contains(kHeader)) {
    co_return Update{}.set("messages", "end: " + agent::read_as<std::string>(configurable[kHeader], kHeader));
  }
  co_await remember_first_text(state.last_message(), ctx);
  ctx.log(agent::LogLevel::kWarn, "agent_simple: the model is called");
  const bool was_answered = agent::is_message(state.last_message(), "tool");
  co_return Update{}.message(agent::ai_message(was_answered ? "end\u2028" : "begin", "run-" + ctx.task_id()));
}

Update tool(const State&, const Context& ctx) {
  return Update{}.message(agent::tool_message("tool_call__" + agent::text_of(ctx.input()), "tool_call_id"));
}

agent::Target onward(const State& state) {
  const Json& last = state.last_message();
  if (agent::text_of(last).rfind("end", 0) == 0) return kEnd;
  return agent::Send("tool", last);
}

}  // namespace

void add_agent_simple(agent::Plugin& plugin) {
  plugin.graph("agent_simple")
      .channel("key_one")
      .channel("key_two")
      .channel("sleep")
      .channel("messages", Reducer::kMessages)
      .node("agent", agent_node)
      .node("tool", tool)
      .edge(kStart, "agent")
      .edge("tool", "agent")
      .conditional("agent", "onward", onward, {"tool", kEnd});
}

}  // namespace conformance
