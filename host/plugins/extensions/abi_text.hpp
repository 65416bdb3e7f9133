// Between the ABI's texts and codes and ours. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "agenthost/agent_plugin.h"
#include "host/base/error.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/extension_call.hpp"

namespace agenthost::extensions {

using plugins::view;

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

// Finishes a call with what an engine that speaks JSON says.
[[nodiscard]] inline std::function<void(Result<std::string>)> answer_to(plugins::ExtensionCallPtr call) {
  return [call = std::move(call)](Result<std::string> json) {
    if (json) return call->finish(AGENT_OK, std::move(*json));
    call->finish(status_of(json.error().code), std::move(json.error().text));
  };
}

}  // namespace agenthost::extensions
