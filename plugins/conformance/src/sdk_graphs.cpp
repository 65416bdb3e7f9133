// sdk_agent, sdk_deep_agent, sdk_tools_agent: what the Python SDK's own integration tests talk to, there
// without the prefix. Ids of messages and tool calls are fixed.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"
#include "subagents.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Update;

Json search(const Json& args) {
  return "result for '" + args.value("query", std::string()) + "'";
}
Json search_call() {
  return agent::tool_call("tc-1", "search", {{"query", "v3"}});
}

// ---- sdk_agent: every kind of event, one node after the other ----

void report(const Context& ctx, const char* phase) {
  ctx.emit({{"name", "progress"}, {"step", ctx.node()}, {"phase", phase}});
}

Update stream_message(const State&, const Context& ctx) {
  report(ctx, "start");
  agent::MessageStream answer(ctx, "ai-msg-1");
  answer.write("Hello,");
  answer.write(" world!");
  report(ctx, "end");
  return Update{}.message(answer.message()).set("value", "x").set("items", {"streamed"});
}

Update call_tool(const State&, const Context& ctx) {
  report(ctx, "start");
  const Json call = search_call();
  const agent::ToolReport tool(ctx, call);
  tool.started();
  Json result = tool.answer(search(call["args"]).get<std::string>());
  tool.ended(result);
  report(ctx, "end");
  return Update{}
      .message(agent::ai_message("", "ai-msg-2", {call}))
      .message(std::move(result))
      .set("items", {"tool"});
}

Update ask_human(const State&, const Context& ctx) {
  report(ctx, "start");
  const Json answer = ctx.interrupt("Are we good?");
  const std::string text = answer.is_string() ? answer.get<std::string>() : agent::to_text(answer);
  report(ctx, "end");
  return Update{}.message(agent::ai_message("Human said: " + text, "ai-msg-3")).set("items", {"asked"});
}

Update sub_node(const State&, const Context& ctx) {
  report(ctx, "start");
  report(ctx, "end");
  return Update{}.message(agent::ai_message("from subgraph", "sub-msg-1"));
}
// The child does not have `items`; so it says to the graph around it what to write.
Update hand_over(const State& state) {
  return Update{}.set("messages", state["messages"]).set("items", {"sub"}).in_parent();
}

void add_sdk_agent(agent::Plugin& plugin) {
  const auto child = plugin.subgraph("sub_agent")
                         .channel("messages", Reducer::kMessages)
                         .node("sub_node", sub_node)
                         .node("hand_over", hand_over)
                         .path({kStart, "sub_node", "hand_over", kEnd});
  plugin.graph("sdk_agent")
      .channel("messages", Reducer::kMessages)
      .channel("value")
      .channel("items", Reducer::kAppend, Json::array())
      .node("stream_message", stream_message)
      .node("call_tool", call_tool)
      .node("ask_human", ask_human)
      .node("run_subgraph", child)
      .path({kStart, "stream_message", "call_tool", "ask_human", "run_subgraph", kEnd});
}

// ---- sdk_tools_agent ----

Update tools_model(const State& state) {
  for (const Json& message : state["messages"]) {
    if (agent::is_message(message, "tool"))
      return Update{}.message(agent::ai_message("done.", "ai-tools-done"));
  }
  return Update{}.message(agent::ai_message("", "ai-tools-call", {search_call()}));
}

void add_sdk_tools_agent(agent::Plugin& plugin) {
  plugin.graph("sdk_tools_agent")
      .channel("messages", Reducer::kMessages)
      .node("model", tools_model)
      .node("tools", agent::tools_node({{"search", search}}))
      .edge(kStart, "model")
      .conditional("model", "calls_tools", agent::calls_tools, {"tools", kEnd})
      .edge("tools", "model");
}

// ---- sdk_deep_agent ----

Update supervisor(const State& state) {
  if (agent::is_message(state.last_message(), "tool"))
    return Update{}.message(agent::ai_message("Research complete.", "sup-2"));
  const Json call = task_call("tc-task-1", "researcher", "What is v3 streaming?");
  return Update{}.message(agent::ai_message("", "sup-1", {call}));
}

void add_sdk_deep_agent(agent::Plugin& plugin) {
  const auto team = subagent_graph(
      plugin, "research_team", {{"researcher", "v3 streaming is event-typed and thread-centric.", "res-1"}});
  plugin.graph("sdk_deep_agent")
      .channel("messages", Reducer::kMessages)
      .node("supervisor", supervisor)
      .node("tools", team)
      .edge(kStart, "supervisor")
      .conditional("supervisor", "calls_tools", agent::calls_tools, {"tools", kEnd})
      .edge("tools", "supervisor");
}

}  // namespace

void add_sdk_graphs(agent::Plugin& plugin) {
  add_sdk_agent(plugin);
  add_sdk_tools_agent(plugin);
  add_sdk_deep_agent(plugin);
}

}  // namespace conformance
