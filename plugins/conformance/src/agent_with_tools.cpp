// agent_with_tools and agent_with_stats: one tool call, one answer. In the first the ready-made tools node
// runs the tool and tells the stream; in the second a plain node does the work.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Update;

Json weather(const Json& args) {
  std::string query = args.value("query", std::string());
  for (char& c : query) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool is_foggy =
      query.find("sf") != std::string::npos || query.find("san francisco") != std::string::npos;
  return is_foggy ? "It's 60 degrees and foggy." : "It's 90 degrees and sunny.";
}

// The ids are the same in every run, so that a second turn on one thread replaces the first.
Update ask_or_finish(const State& state, const std::string& call_id) {
  if (agent::is_message(state.last_message(), "tool"))
    return Update{}.message(agent::ai_message("Done.", call_id + "_done"));
  const Json call = agent::tool_call(call_id, "weather", {{"query", "SF"}});
  return Update{}.message(agent::ai_message("", call_id + "_ask", {call}));
}

Update plain_tools(const State& state) {
  Update update;
  for (const Json& call : agent::tool_calls_of(state.last_message())) {
    Json message =
        agent::tool_message(weather(call["args"]).get<std::string>(), call["id"].get<std::string>());
    message["name"] = call["name"];
    update.message(std::move(message));
  }
  return update;
}

}  // namespace

void add_agent_with_tools(agent::Plugin& plugin) {
  plugin.graph("agent_with_tools")
      .channel("messages", Reducer::kMessages)
      .node("agent", [](const State& state) { return ask_or_finish(state, "call_embed_1"); })
      .node("tools", agent::tools_node({{"weather", weather}}))
      .edge(kStart, "agent")
      .conditional("agent", "calls_tools", agent::calls_tools, {"tools", kEnd})
      .edge("tools", "agent");
  plugin.graph("agent_with_stats")
      .channel("messages", Reducer::kMessages)
      .node("agent", [](const State& state) { return ask_or_finish(state, "call_stats_1"); })
      .node("tools", plain_tools)
      .edge(kStart, "agent")
      .conditional("agent", "calls_tools", agent::calls_tools, {"tools", kEnd})
      .edge("tools", "agent");
}

}  // namespace conformance
