// v2_values: a state as protocol v2 shows it: without its interrupts, and with messages in their plain form.
// Pure; thread-safe.
#pragma once

#include <optional>
#include <string>

namespace agenthost::services {

struct V2Values {
  std::string json;                       // JSON object text
  std::optional<std::string> interrupts;  // what stood under "__interrupt__"
};

// values: JSON object text; anything else is shown as it is.
[[nodiscard]] V2Values v2_values(const std::string& values);

}  // namespace agenthost::services
