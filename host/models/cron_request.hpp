// What clients ask of crons, checked: the bodies of the /runs/crons operations. Immutable values once read.
#pragma once

#include <optional>
#include <string>

#include "host/models/cron.hpp"

namespace agenthost::models {

enum class CronKind { kStateless, kOnThread };

struct CronRequest {
  // A new cron, complete but for its ids, times and next run. assistant_id is as the client says it. kInvalid
  // "<field>: <problem>".
  [[nodiscard]] static Result<Cron> create(const JsonValue& body, CronKind kind);

  // cron as it is after a PATCH: what the body does not name stays; `end_time: null` clears it; metadata is
  // merged. kInvalid "<field>: <problem>".
  [[nodiscard]] static Result<Cron> patch(const JsonValue& body, Cron cron);
};

}  // namespace agenthost::models
