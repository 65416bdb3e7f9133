#include "subagents.hpp"

#include <agenthost/sdk/agent.hpp>
#include <algorithm>
#include <cstddef>

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Update;

// The call in the last message that asks for this sub-agent; null when there is none.
Json call_for(const std::string& subagent, const Json& message) {
  for (const Json& call : agent::tool_calls_of(message)) {
    if (call.value(Json::json_pointer("/args/subagent_type"), std::string()) == subagent) return call;
  }
  return {};
}

// Streams the answer in words.
Json say(const Context& ctx, const Subagent& self) {
  agent::MessageStream answer(ctx, self.message_id);
  for (std::size_t begin = 0; begin < self.answer.size();) {
    const std::size_t end = std::min(self.answer.find(' ', begin), self.answer.size() - 1) + 1;
    answer.write(self.answer.substr(begin, end - begin));
    begin = end;
  }
  return answer.message();
}

Update work(const Subagent& self, const State& state, const Context& ctx) {
  const agent::ToolReport report(ctx, call_for(self.name, state.last_message()));
  report.started();
  const Json answer = say(ctx, self);
  Json result = report.answer(self.answer);
  report.ended(result);
  return Update{}.set("conversation", {answer}).message(std::move(result));
}

}  // namespace

agent::Graph<> subagent_graph(agent::Plugin& plugin, const std::string& name,
                              const std::vector<Subagent>& team) {
  auto graph = plugin.subgraph(name)
                   .channel("messages", Reducer::kMessages)
                   .channel("conversation", Reducer::kMessages);
  std::vector<std::string> names;
  for (const Subagent& member : team) {
    names.push_back(member.name);
    graph.node(member.name, [member](const State& s, const Context& ctx) { return work(member, s, ctx); })
        .edge(member.name, kEnd);
  }
  return graph.conditional(
      kStart, "dispatch",
      [names](const State& state) {
        std::vector<std::string> asked;
        for (const std::string& member : names) {
          if (!call_for(member, state.last_message()).is_null()) asked.push_back(member);
        }
        return asked;
      },
      names);
}

Json task_call(const std::string& call_id, const std::string& subagent, const std::string& description) {
  return agent::tool_call(call_id, "task", {{"subagent_type", subagent}, {"description", description}});
}

}  // namespace conformance
