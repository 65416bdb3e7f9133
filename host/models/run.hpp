// Run: one request to execute a graph. Immutable value; JSON members hold compact JSON text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/base/ids.hpp"

namespace agenthost::models {

enum class RunStatus { kPending, kRunning, kError, kSuccess, kTimeout, kInterrupted };
enum class MultitaskStrategy { kReject, kEnqueue, kInterrupt, kRollback };

[[nodiscard]] std::string_view to_string(RunStatus status);
[[nodiscard]] std::optional<RunStatus> run_status_from(std::string_view text);
[[nodiscard]] std::string_view to_string(MultitaskStrategy strategy);
[[nodiscard]] std::optional<MultitaskStrategy> multitask_strategy_from(std::string_view text);

// Pending or running: the thread is busy with it.
[[nodiscard]] inline bool is_active(RunStatus status) {
  return status == RunStatus::kPending || status == RunStatus::kRunning;
}

struct Run {
  std::string run_id;
  std::string thread_id;
  std::string assistant_id;
  Micros created_at = 0;
  Micros updated_at = 0;
  RunStatus status = RunStatus::kPending;
  std::string metadata = "{}";
  // Everything needed to start it again after a crash: input, command, config, context, stream_mode, ...
  std::string kwargs = "{}";
  MultitaskStrategy multitask_strategy = MultitaskStrategy::kEnqueue;
  // How often it was started; recovery gives up after the configured budget.
  int attempts = 0;
  // {"error","message"} or "null".
  std::string error = "null";
  // Why it was cancelled, when the client gave a reason.
  std::optional<std::string> cancel_reason = {};
};

// The Run object of the API.
[[nodiscard]] std::string to_json(const Run& run);

}  // namespace agenthost::models
