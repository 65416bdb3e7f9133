// The operator's operations: /admin/plugins/reload. Off unless api.admin says otherwise: whoever reaches the
// port may call them. Thread-safe once registered.
#pragma once

#include <functional>
#include <vector>

#include "host/base/error.hpp"
#include "host/models/plugin_report.hpp"
#include "host/routers/route_table.hpp"

namespace agenthost::routers {

struct AdminRouting {
  using Reloaded = std::function<void(const Result<std::vector<models::PluginOutcome>>&)>;
  // Looks at the plugins directory again, elsewhere; calls back once new graphs can be run.
  std::function<void(Reloaded)> reload_plugins;
};

void add_admin_routes(RouteTable& routes, AdminRouting routing);

}  // namespace agenthost::routers
