// The JSON Schemas that operations name. Immutable.
#pragma once

#include <string>
#include <string_view>

namespace agenthost::routers {

// All of them as one JSON object text.
[[nodiscard]] std::string component_schemas();

// Of them the events of streams and what protocol v2 says, as the members of an object.
[[nodiscard]] std::string_view stream_schemas();

}  // namespace agenthost::routers
