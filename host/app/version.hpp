// The product's version, from CMake. It never takes part in the plugin ABI check.
#pragma once

#include <string_view>

namespace agenthost::app {

inline constexpr std::string_view kVersion = AGENTHOST_VERSION;

}  // namespace agenthost::app
