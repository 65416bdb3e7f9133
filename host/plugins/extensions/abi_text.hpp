// Between the ABI's texts and codes and ours. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "agenthost/agent_plugin.h"
#include "host/base/error.hpp"

namespace agenthost::extensions {

[[nodiscard]] inline std::string_view view_of(agent_str text) {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

// The lists share their numbers; what the ABI lacks becomes its nearest.
[[nodiscard]] inline agent_status status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict:
      return AGENT_INVALID;
    default:
      return static_cast<agent_status>(code);
  }
}

}  // namespace agenthost::extensions
