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
inline Json args_of(const Json& call) {
  return call.is_object() ? call.value("args", Json::object()) : Json::object();
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
inline Task<Json> run_tool_call(const std::vector<Tool>& tools, Json call, Context ctx) {
  const ToolReport report(ctx, call);
  report.started();
  std::string failure;
  try {
    const Json output = co_await call_by_name(tools, member_text(call, "name"), args_of(call), ctx);
    Json message = report.answer(output.is_string() ? output.get<std::string>() : to_text(output));
    report.ended(message);
    co_return message;
  } catch (const std::exception& e) {
    if (ends_the_node(e)) throw;
    failure = e.what();
  }
  report.failed(failure);
  co_return report.answer("Error: " + failure, "error");
}

inline Task<Update> run_tools(std::shared_ptr<const std::vector<Tool>> tools, State state, Context ctx) {
  std::vector<Task<Json>> calls;
  for (const Json& call : tool_calls_of(state.last_message())) {
    calls.push_back(run_tool_call(*tools, call, ctx));
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

inline ToolReport::ToolReport(Context ctx, const Json& call)
    : ctx_(std::move(ctx)),
      call_id_(detail::member_text(call, "id")),
      name_(detail::member_text(call, "name")),
      args_(to_text(detail::args_of(call))),
      message_id_(ctx_.new_message_id()) {}

inline void ToolReport::emit(const char* event, const char* member, Json value) const {
  ctx_.emit_tool({{"event", event}, {"toolCallId", call_id_}, {"name", name_}, {member, std::move(value)}});
}
inline void ToolReport::started() const {
  emit("on_tool_start", "input", args_);
}
inline void ToolReport::progressed(const Json& data) const {
  emit("on_tool_event", "data", data);
}
inline void ToolReport::ended(const Json& message) const {
  emit("on_tool_end", "output", message);
}
inline void ToolReport::failed(const std::string& error) const {
  emit("on_tool_error", "error", error);
}
inline Json ToolReport::answer(const std::string& content, const std::string& status) const {
  Json message = tool_message(content, call_id_, message_id_);
  message["name"] = name_;
  message["status"] = status;
  return message;
}

inline std::function<Task<Update>(State, Context)> tools_node(std::vector<Tool> tools) {
  auto kept = std::make_shared<const std::vector<Tool>>(std::move(tools));
  return
      [kept](State state, Context ctx) { return detail::run_tools(kept, std::move(state), std::move(ctx)); };
}

}  // namespace agent
