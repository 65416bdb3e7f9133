// The /threads operations except runs. Thread-safe once registered; `threads` must outlive the table.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/thread_service.hpp"

namespace agenthost::routers {

void add_thread_routes(RouteTable& routes, services::ThreadService& threads);

}  // namespace agenthost::routers
