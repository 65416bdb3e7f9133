// create_agent, deep_agent, interrupt_graph, stategraph_text: what clients of the thread-centric protocol are
// shown.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"
#include "subagents.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Update;

// ---- create_agent ----

Json get_weather(const Json& args) {
  return "It's always sunny in " + args.value("city", std::string("San Francisco")) + "!";
}

Update weather_model(const State& state, const Context& ctx) {
  if (agent::is_message(state.last_message(), "tool"))
    return Update{}.message(agent::ai_message(agent::text_of(state.last_message()), ctx.new_message_id()));
  const std::string id = ctx.new_message_id();
  const Json call = agent::tool_call("call-" + id, "get_weather", {{"city", "San Francisco"}});
  return Update{}.message(agent::ai_message("", id, {call}));
}

void add_create_agent(agent::Plugin& plugin) {
  plugin.graph("create_agent")
      .channel("messages", Reducer::kMessages)
      .node("model", weather_model)
      .node("tools", agent::tools_node({{"get_weather", get_weather}}))
      .edge(kStart, "model")
      .conditional("model", "calls_tools", agent::calls_tools, {"tools", kEnd})
      .edge("tools", "model");
}

// ---- deep_agent ----

Update supervisor(const State& state, const Context& ctx) {
  if (agent::is_message(state.last_message(), "tool"))
    return Update{}.message(agent::ai_message("Both have reported.", ctx.new_message_id()));
  const std::string id = ctx.new_message_id();
  return Update{}.message(agent::ai_message("", id,
                                            {task_call(id + "-1", "researcher", "Find the facts."),
                                             task_call(id + "-2", "writer", "Write them down.")}));
}

void add_deep_agent(agent::Plugin& plugin) {
  const auto team = subagent_graph(
      plugin, "team",
      {{"researcher", "These are the facts.", "researcher-1"}, {"writer", "This is the text.", "writer-1"}});
  plugin.graph("deep_agent")
      .channel("messages", Reducer::kMessages)
      .node("supervisor", supervisor)
      .node("tools", team)
      .edge(kStart, "supervisor")
      .conditional("supervisor", "calls_tools", agent::calls_tools, {"tools", kEnd})
      .edge("tools", "supervisor");
}

// ---- interrupt_graph ----

Update approve(const State& state, const Context& ctx) {
  const Json decision =
      ctx.interrupt({{"prompt", "Approve the outbound action?"}, {"request", state["request"]}});
  return Update{}.set("decision", decision).set("completed", true);
}

void add_interrupt_graph(agent::Plugin& plugin) {
  plugin.graph("interrupt_graph")
      .channel("request")
      .channel("decision")
      .channel("completed")
      .node("approve", approve)
      .path({kStart, "approve", kEnd});
}

// ---- stategraph_text ----

Update plan(const State& state, const Context& ctx) {
  const std::string text = "Plan accepted.";
  agent::MessageStream answer(ctx, "stategraph-message-" + std::to_string(state["messages"].size()));
  for (const char letter : text) answer.write(std::string(1, letter));
  return Update{}.message(answer.message());
}

void add_stategraph_text(agent::Plugin& plugin) {
  plugin.graph("stategraph_text")
      .channel("messages", Reducer::kMessages)
      .node("plan", plan)
      .path({kStart, "plan", kEnd});
}

}  // namespace

void add_protocol_graphs(agent::Plugin& plugin) {
  add_create_agent(plugin);
  add_deep_agent(plugin);
  add_interrupt_graph(plugin);
  add_stategraph_text(plugin);
}

}  // namespace conformance
