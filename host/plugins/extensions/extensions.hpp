// The host services behind agent.timer/1, agent.http/1, agent.llm/1, agent.store/1, agent.subagent/1 and
// agent.tools/1, ready to be registered with the loader.
//
// Each function ties one engine to its C table. Thread-safe; the engines outlive the plugins that call them.
// At the end: stop the HttpClient first (its calls end with AGENT_CANCELLED), then timers and pools.
#pragma once

#include <memory>

#include "host/base/executor.hpp"
#include "host/outbound/http_client.hpp"
#include "host/outbound/llm_client.hpp"
#include "host/outbound/mcp_client.hpp"
#include "host/plugins/extension_call.hpp"
#include "host/plugins/extensions/service_grants.hpp"
#include "host/plugins/extensions/store_access.hpp"
#include "host/plugins/extensions/subagent_access.hpp"

namespace agenthost::extensions {

[[nodiscard]] plugins::Extension make_timer_extension(Timers& timers);
[[nodiscard]] plugins::Extension make_http_extension(outbound::HttpClient& client, ServiceGrants grants);
[[nodiscard]] plugins::Extension make_llm_extension(outbound::LlmClient& client);
[[nodiscard]] plugins::Extension make_store_extension(StoreAccess& store, std::size_t max_request_bytes);
[[nodiscard]] plugins::Extension make_subagent_extension(SubagentAccess& agents,
                                                         std::size_t max_request_bytes);
[[nodiscard]] plugins::Extension make_tools_extension(outbound::McpClient& client, ServiceGrants grants,
                                                      std::size_t max_request_bytes);

}  // namespace agenthost::extensions
