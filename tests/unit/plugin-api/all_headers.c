/* Compiled as every C and C++ that the contract promises to be valid in; see CMakeLists.txt. */
#include "agenthost/agent_plugin.h"
#include "agenthost/ext/http.h"
#include "agenthost/ext/llm.h"
#include "agenthost/ext/metrics.h"
#include "agenthost/ext/store.h"
#include "agenthost/ext/subagent.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/tools.h"
#include "agenthost/ext/trace.h"

/* The macros expand too. */
static uint32_t reach(const agent_host_api* api) {
  return AGENT_HAS(api, agent_host_api, emit) ? AGENT_SIZE(agent_host_api, emit) : 0;
}

uint32_t use_reach(const agent_host_api* api);
uint32_t use_reach(const agent_host_api* api) {
  return reach(api);
}
