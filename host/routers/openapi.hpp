// The OpenAPI 3.1 document of a route table. Thread-safe function.
#pragma once

#include <string>
#include <string_view>

#include "host/routers/route_table.hpp"

namespace agenthost::routers {

[[nodiscard]] std::string openapi_json(const RouteTable& routes, std::string_view version);

}  // namespace agenthost::routers
