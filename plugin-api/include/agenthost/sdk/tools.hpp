// Tools: functions a model may ask for, and the node that runs them. Immutable.
//
//   agent::Json weather(const agent::Json& args);                          // quick
//   agent::Task<agent::Json> search(agent::Json args, agent::Context ctx);   // waits
//   graph.node("tools", agent::tools_node({{"weather", weather}, {"search", search}}))
//        .conditional("agent", "onward", agent::calls_tools, {"tools", agent::kEnd}).edge("tools", "agent");
//
// The node answers every tool call of the last message with a tool message, side by side, and streams what
// happens (stream mode "tools"). A tool that throws answers with its error, so that the model can do better;
// cancels, deadlines and interrupts end the node as ever.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "agenthost/sdk/context.hpp"
#include "agenthost/sdk/graph.hpp"
#include "agenthost/sdk/message.hpp"
#include "agenthost/sdk/state.hpp"
#include "agenthost/sdk/task.hpp"
#include "agenthost/sdk/update.hpp"

namespace agent {

class Tool {
 public:
  // function: Json(const Json& args), or Task<Json>(Json args, Context). A string it returns is the message's
  // content; other JSON becomes its text.
  template <class Function>
  Tool(std::string name, Function function);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] Task<Json> run(Json args, Context ctx) const { return run_(std::move(args), std::move(ctx)); }

 private:
  std::string name_;
  std::function<Task<Json>(Json, Context)> run_;
};

// One tool call as the run's stream shows it (stream mode "tools"): for nodes that do a tool's work
// themselves.
class ToolReport {
 public:
  // call: as in a message, {"name","args","id"}; other shapes are borne.
  ToolReport(Context ctx, const Json& call);

  void started() const;                     // with the arguments
  void progressed(const Json& data) const;  // whatever there is to tell meanwhile
  void ended(const Json& message) const;    // with the tool message
  void failed(const std::string& error) const;
  // The tool message that answers the call.
  [[nodiscard]] Json answer(const std::string& content, const std::string& status = "success") const;

 private:
  void emit(const char* event, const char* member, Json value) const;

  Context ctx_;
  std::string call_id_;
  std::string name_;
  std::string args_;
  std::string message_id_;  // taken at once: the same again when the node runs again
};

// A node for a graph with the channel "messages".
[[nodiscard]] std::function<Task<Update>(State, Context)> tools_node(std::vector<Tool> tools);

// The router of the agent's loop: "tools" while the last message asks for some, then kEnd.
[[nodiscard]] inline std::string calls_tools(const State& state) {
  return tool_calls_of(state.last_message()).empty() ? kEnd : "tools";
}

}  // namespace agent

#include "agenthost/sdk/detail/tool_calls.hpp"
