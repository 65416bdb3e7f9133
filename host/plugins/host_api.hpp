// The table of functions a plugin calls (agent_host_api), and the services' way to a task by its handle
// (extension_call.hpp). Immutable; its functions are thread-safe and nothing unwinds out of them.
#pragma once

#include "agenthost/agent_plugin.h"

namespace agenthost::plugins {

// Lives as long as the process. abi_minor is the newest this host knows, which is the only one there is.
[[nodiscard]] const agent_host_api& host_api();

}  // namespace agenthost::plugins
