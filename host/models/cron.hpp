// Cron: a run that is made again and again, by a schedule. Immutable value; JSON members hold compact JSON
// text.
#pragma once

#include <optional>
#include <string>

#include "host/base/error.hpp"
#include "host/base/ids.hpp"
#include "host/models/run_request.hpp"

namespace agenthost::models {

struct Cron {
  std::string cron_id;
  std::string assistant_id;
  std::optional<std::string> thread_id;                   // absent: each run gets a thread of its own,
  OnCompletion on_run_completed = OnCompletion::kDelete;  // and this becomes of it
  std::string schedule;
  std::optional<std::string> timezone;  // absent: UTC
  std::optional<Micros> end_time;
  Micros created_at = 0;
  Micros updated_at = 0;
  std::string payload = "{}";  // the run to make: a body of POST /runs
  std::optional<Micros> next_run;
  std::string metadata = "{}";
  bool enabled = true;
};

// The Cron object of the API.
[[nodiscard]] std::string to_json(const Cron& cron);

// When it is due after this moment; nothing while it is paused, and past its end. kInvalid when schedule or
// time zone are wrong.
[[nodiscard]] Result<std::optional<Micros>> next_run(const Cron& cron, Micros after);

}  // namespace agenthost::models
