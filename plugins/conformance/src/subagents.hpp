// Sub-agents behind a tool named `task`: a supervisor asks for them by tool calls with args {subagent_type,
// description}, and the node "tools" is a graph with one node for each. What they say to each other stays
// inside.
#pragma once

#include <agenthost/sdk/plugin.hpp>
#include <string>
#include <vector>

namespace conformance {

struct Subagent {
  std::string name;        // subagent_type
  std::string answer;      // what it says, word by word
  std::string message_id;  // of that answer
};

agent::Graph<> subagent_graph(agent::Plugin& plugin, const std::string& name,
                              const std::vector<Subagent>& team);

// The call of the tool `task` that asks for this sub-agent.
agent::Json task_call(const std::string& call_id, const std::string& subagent,
                      const std::string& description);

}  // namespace conformance
