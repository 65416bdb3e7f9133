// The bodies of tools_node: one tool call from its start event to its message. Strand-bound.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/tools.hpp"

namespace agent {
namespace detail {

template <class Function>
Task<Json> run_plain_tool(const Function& function, Json args) {
  co_return function(args);
}

inline std::string member_text(const Json& call, const char* name) {
  const auto found = call.find(name);
  return found != call.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline Task<Json> call_by_name(const std::vector<Tool>& tools, const std::string& name, Json args,
                               Context ctx) {
  for (const Tool& tool : tools) {
    if (tool.name() == name) return tool.run(std::move(args), std::move(ctx));
  }
  throw Error(Code::kNotFound, "there is no tool \"" + name + "\"");
}

// Whether the node must end, because what the tool threw is not about the tool.
inline bool ends_the_node(const std::exception& thrown) noexcept {
  const auto* error = dynamic_cast<const Error*>(&thrown);
  return error != nullptr && (error->code() == Code::kCancelled || error->code() == Code::kDeadline);
}

// tools is kept alive by run_tools, which awaits this.
inline Task<Json> run_tool_call(const std::vector<Tool>& tools, Json call, Context ctx,
                                std::string message_id) {
  const std::string name = member_text(call, "name");
  const std::string call_id = member_text(call, "id");
  const Json args = call.is_object() ? call.value("args", Json::object()) : Json::object();
  ctx.emit_tool(
      {{"event", "on_tool_start"}, {"toolCallId", call_id}, {"name", name}, {"input", to_text(args)}});
  std::string failure;
  try {
    const Json output = co_await call_by_name(tools, name, args, ctx);
    Json message =
        tool_message(output.is_string() ? output.get<std::string>() : to_text(output), call_id, message_id);
    message["name"] = name;
    message["status"] = "success";
    ctx.emit_tool({{"event", "on_tool_end"}, {"toolCallId", call_id}, {"name", name}, {"output", message}});
    co_return message;
  } catch (const std::exception& e) {
    if (ends_the_node(e)) throw;
    failure = e.what();
  }
  ctx.emit_tool({{"event", "on_tool_error"}, {"toolCallId", call_id}, {"name", name}, {"error", failure}});
  Json message = tool_message("Error: " + failure, call_id, message_id);
  message["name"] = name;
  message["status"] = "error";
  co_return message;
}

inline Task<Update> run_tools(std::shared_ptr<const std::vector<Tool>> tools, State state, Context ctx) {
  std::vector<Task<Json>> calls;
  for (const Json& call : tool_calls_of(state.last_message())) {
    calls.push_back(run_tool_call(*tools, call, ctx, ctx.new_message_id()));
  }
  Update update;
  for (Json& message : co_await when_all(std::move(calls))) update.message(std::move(message));
  co_return update;
}

}  // namespace detail

template <class Function>
Tool::Tool(std::string name, Function function) : name_(std::move(name)) {
  if constexpr (std::is_invocable_r_v<Task<Json>, const Function&, Json, Context>) {
    run_ = std::move(function);
  } else {
    static_assert(std::is_invocable_r_v<Json, const Function&, const Json&>,
                  "Tool: a tool is called as Json(const Json& args) or Task<Json>(Json args, Context)");
    // The function is kept by run_, which outlives the coroutine.
    auto kept = std::make_shared<const Function>(std::move(function));
    run_ = [kept](Json args, const Context&) { return detail::run_plain_tool(*kept, std::move(args)); };
  }
}

inline std::function<Task<Update>(State, Context)> tools_node(std::vector<Tool> tools) {
  auto kept = std::make_shared<const std::vector<Tool>>(std::move(tools));
  return
      [kept](State state, Context ctx) { return detail::run_tools(kept, std::move(state), std::move(ctx)); };
}

}  // namespace agent
