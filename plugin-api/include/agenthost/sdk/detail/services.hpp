// Services: the tables the host gave this plugin at entry. Immutable; lives as long as the plugin.
#pragma once

#include "agenthost/agent_plugin.h"
#include "agenthost/ext/http.h"
#include "agenthost/ext/llm.h"
#include "agenthost/ext/metrics.h"
#include "agenthost/ext/store.h"
#include "agenthost/ext/subagent.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/tools.h"
#include "agenthost/ext/trace.h"
#include "agenthost/sdk/detail/border.hpp"

namespace agent::detail {

struct Services {
  const agent_host_api* api = nullptr;
  agent_host* host = nullptr;
  // Null = absent, or not granted by the operator.
  const agent_http_api* http = nullptr;
  const agent_llm_api* llm = nullptr;
  const agent_metrics_api* metrics = nullptr;
  const agent_store_api* store = nullptr;
  const agent_subagent_api* subagent = nullptr;
  const agent_timer_api* timer = nullptr;
  const agent_tools_api* tools = nullptr;
  const agent_trace_api* trace = nullptr;

  Services(const agent_host_api* host_api, agent_host* handle) noexcept
      : api(host_api),
        host(handle),
        http(extension<agent_http_api>(AGENT_EXT_HTTP)),
        llm(extension<agent_llm_api>(AGENT_EXT_LLM)),
        metrics(extension<agent_metrics_api>(AGENT_EXT_METRICS)),
        store(extension<agent_store_api>(AGENT_EXT_STORE)),
        subagent(extension<agent_subagent_api>(AGENT_EXT_SUBAGENT)),
        timer(extension<agent_timer_api>(AGENT_EXT_TIMER)),
        tools(extension<agent_tools_api>(AGENT_EXT_TOOLS)),
        trace(extension<agent_trace_api>(AGENT_EXT_TRACE)) {}

 private:
  template <class Table>
  const Table* extension(std::string_view id) const noexcept {
    return static_cast<const Table*>(api->get_extension(host, borrow(id)));
  }
};

}  // namespace agent::detail
