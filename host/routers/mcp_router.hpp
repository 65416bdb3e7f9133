// The Model Context Protocol at /mcp: its Streamable HTTP transport without sessions, so that every request
// stands alone. Thread-safe once registered.
#pragma once

#include <string>

#include "host/routers/mcp_tools.hpp"
#include "host/routers/route_table.hpp"

namespace agenthost::routers {

// version: of this server, for its clients.
void add_mcp_routes(RouteTable& routes, const McpServices& services, const std::string& version);

}  // namespace agenthost::routers
