// Webhook: word that is owed to somebody about a run that ended. Immutable value.
#pragma once

#include <string>

#include "host/base/ids.hpp"

namespace agenthost::models {

struct Webhook {
  std::string webhook_id;
  std::string url;   // absolute, or a path of this server
  std::string body;  // JSON object: the run, how it ended and its final values
  int attempts = 0;  // made so far
  Micros due_at = 0;
};

}  // namespace agenthost::models
