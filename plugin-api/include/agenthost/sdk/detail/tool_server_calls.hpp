// The bodies of ToolServer: agent.tools/1 in coroutines. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/host_call.hpp"
#include "agenthost/sdk/tool_server.hpp"

namespace agent {
namespace detail {

// Free functions with everything by value: the ToolServer they came from may be gone before they run.
inline Task<Json> list_tools(std::shared_ptr<Execution> execution, Json request) {
  const agent_tools_api& tools = granted(execution->services().tools, AGENT_EXT_TOOLS);
  const std::string text = to_text(request);
  HostCall call(*execution, "the tools",
                [&](std::uint64_t token) { return tools.list(execution->task(), token, borrow(text)); });
  const Reply reply = co_await call;
  co_return parse_json(reply.text, AGENT_EXT_TOOLS).value("tools", Json::array());
}

inline Task<Json> call_tool(std::shared_ptr<Execution> execution, Json request) {
  const agent_tools_api& tools = granted(execution->services().tools, AGENT_EXT_TOOLS);
  const std::string text = to_text(request);
  HostCall call(*execution, "the tool",
                [&](std::uint64_t token) { return tools.call(execution->task(), token, borrow(text)); });
  const Reply reply = co_await call;
  co_return parse_json(reply.text, AGENT_EXT_TOOLS);
}

}  // namespace detail

inline Task<Json> ToolServer::list() const {
  return detail::list_tools(execution_, {{"server", name_}});
}

inline Task<Json> ToolServer::call(std::string tool, const Json& arguments) const {
  return detail::call_tool(execution_,
                           {{"server", name_}, {"name", std::move(tool)}, {"arguments", arguments}});
}

inline bool ToolServer::is_granted() const {
  return execution_->services().tools != nullptr;
}

}  // namespace agent
