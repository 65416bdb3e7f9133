// The /assistants operations. Thread-safe once registered; the services must outlive the table.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/assistant_service.hpp"
#include "host/services/thread_service.hpp"

namespace agenthost::routers {

// threads: those of a deleted assistant may go with it.
void add_assistant_routes(RouteTable& routes, services::AssistantService& assistants,
                          services::ThreadService& threads);

}  // namespace agenthost::routers
