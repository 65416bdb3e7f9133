// The JSON Schemas that operations name, as one JSON object text. Immutable.
#pragma once

#include <string_view>

namespace agenthost::routers {

[[nodiscard]] std::string_view component_schemas();

}  // namespace agenthost::routers
