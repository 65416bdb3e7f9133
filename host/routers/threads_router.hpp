// The /threads operations except runs and states. Thread-safe once registered; the services must outlive the
// table.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/state_service.hpp"
#include "host/services/thread_service.hpp"

namespace agenthost::routers {

void add_thread_routes(RouteTable& routes, services::ThreadService& threads, services::StateService& states);

// Part of it: lists, searches and counts, and what is done to many threads at once.
void add_thread_search_routes(RouteTable& routes, services::ThreadService& threads);

}  // namespace agenthost::routers
