// The server's side of a worker's calls to host services: the message becomes a call of the service's own C
// table, for the task it came from, with the worker's number as token. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "agenthost/agent_plugin.h"
#include "host/plugins/isolation/messages.hpp"
#include "host/plugins/plugin_host.hpp"

namespace agenthost::isolation {

// AGENT_OK: the reply comes to the task. Anything else: none will come. AGENT_DENIED: not granted.
[[nodiscard]] agent_status start_call(const plugins::PluginHost& host, agent_task* task,
                                      const HttpCall& call);
[[nodiscard]] agent_status start_call(const plugins::PluginHost& host, agent_task* task,
                                      const JsonCall& call);
[[nodiscard]] agent_status start_call(const plugins::PluginHost& host, agent_task* task,
                                      const TimerCall& call);

// No reply comes.
void record_span(const plugins::PluginHost& host, agent_task* task, const Traced& span);

// Those of the names that the services of this plugin know: what has_service() and is_online() say 1 to.
[[nodiscard]] std::vector<std::string> known_services(const plugins::PluginHost& host,
                                                      const std::vector<std::string>& names);
[[nodiscard]] std::vector<std::string> online_models(const plugins::PluginHost& host,
                                                     const std::vector<std::string>& names);

}  // namespace agenthost::isolation
