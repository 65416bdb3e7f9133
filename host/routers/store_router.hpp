// The /store operations. Thread-safe once registered; `store` must outlive the table.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/store_service.hpp"

namespace agenthost::routers {

void add_store_routes(RouteTable& routes, services::StoreService& store);

}  // namespace agenthost::routers
