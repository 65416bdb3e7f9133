// Agent2Agent: each assistant as an agent that other agents talk to, in the words of version 0.3 and of 1.0
// of the protocol, and its card. Thread-safe once registered.
#pragma once

#include "host/routers/a2a_call.hpp"
#include "host/routers/route_table.hpp"

namespace agenthost::routers {

void add_a2a_routes(RouteTable& routes, const A2aServices& services);

}  // namespace agenthost::routers
