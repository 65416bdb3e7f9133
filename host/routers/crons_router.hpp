// The /runs/crons operations. Thread-safe once registered; `crons` must outlive the table.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/cron_service.hpp"

namespace agenthost::routers {

void add_cron_routes(RouteTable& routes, services::CronService& crons);

}  // namespace agenthost::routers
