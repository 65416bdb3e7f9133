// The JSON Schemas that GET /assistants/{id}/schemas serves for this graph. Pure functions, immutable.
#pragma once

#include <agenthost/sdk/json.hpp>

namespace ctm {

[[nodiscard]] agent::Json input_schema();
[[nodiscard]] agent::Json state_schema();
[[nodiscard]] agent::Json config_schema();

}  // namespace ctm
