// The /assistants operations. Thread-safe once registered; `assistants` must outlive the table.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/assistant_service.hpp"

namespace agenthost::routers {

void add_assistant_routes(RouteTable& routes, services::AssistantService& assistants);

}  // namespace agenthost::routers
