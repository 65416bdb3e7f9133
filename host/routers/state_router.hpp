// State routes: the states of a thread, past and present, and changes to them from outside.
#pragma once

#include "host/routers/route_table.hpp"
#include "host/services/state_service.hpp"

namespace agenthost::routers {

// states outlives the table.
void add_state_routes(RouteTable& routes, services::StateService& states);

// `supersteps` of a body: [{"updates":[{values?, command?, as_node}]}].
using Supersteps = std::vector<std::vector<runtime::StateWrite>>;
[[nodiscard]] Result<Supersteps> read_supersteps(const JsonValue& supersteps);

}  // namespace agenthost::routers
