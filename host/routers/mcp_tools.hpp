// McpTools: the assistants as tools of the Model Context Protocol: one tool each, called by running the
// assistant without a thread. Thread-safe; they read the disk: call on a reader thread.
#pragma once

#include <string>
#include <string_view>

#include "host/routers/json_rpc.hpp"
#include "host/routers/runs_router.hpp"
#include "host/services/assistant_service.hpp"

namespace agenthost::routers {

// All of it must outlive the routes.
struct McpServices {
  services::AssistantService& assistants;
  RunRouting runs;
};

// {"tools":[...]}: the oldest 1000 assistants. A tool has its assistant's name, and the assistant's id when
// an older one has that name.
[[nodiscard]] Result<std::string> tools_json(services::AssistantService& assistants);

// Runs params.name with params.arguments and answers when it has ended. A run that fails, asks a human or is
// refused its arguments is a result with isError; kInvalidParams is for a tool that does not exist.
void call_tool(const McpServices& services, const Request& request, const RpcMessage& call,
               const ExchangePtr& exchange);

// The CallToolResult of a run that ended.
[[nodiscard]] std::string tool_result_json(const services::RunOutcome& outcome);

}  // namespace agenthost::routers
