// Assistant: a configured, versioned instance of a graph. Immutable value; JSON members hold compact JSON
// text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/base/ids.hpp"

namespace agenthost::models {

struct Assistant {
  std::string assistant_id;
  std::string graph_id;
  std::string name;
  std::optional<std::string> description;
  int version = 1;
  std::string config = "{}";
  std::string context = "{}";
  std::string metadata = "{}";
  Micros created_at = 0;
  Micros updated_at = 0;
};

// The Assistant object of the API.
[[nodiscard]] std::string to_json(const Assistant& assistant);
// The AssistantVersion object: the same without updated_at.
[[nodiscard]] std::string version_json(const Assistant& version);

}  // namespace agenthost::models
