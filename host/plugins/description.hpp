// What a plugin's describe() says, as graphs. A pure function: thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/plugins/manifest.hpp"
#include "host/runtime/graph.hpp"

namespace agenthost::plugins {

// Every graph is sound, and they are those that the manifest lists; else the error names the library and what
// to do.
[[nodiscard]] Result<std::vector<runtime::Graph>> read_description(std::string_view text,
                                                                   const Manifest& manifest);

}  // namespace agenthost::plugins
