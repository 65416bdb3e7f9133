#include "host/models/run.hpp"

#include "host/base/json.hpp"

namespace agenthost::models {

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::kPending:
      return "pending";
    case RunStatus::kRunning:
      return "running";
    case RunStatus::kError:
      return "error";
    case RunStatus::kSuccess:
      return "success";
    case RunStatus::kTimeout:
      return "timeout";
    case RunStatus::kInterrupted:
      return "interrupted";
  }
  return "pending";
}

std::optional<RunStatus> run_status_from(std::string_view text) {
  for (const auto status : {RunStatus::kPending, RunStatus::kRunning, RunStatus::kError, RunStatus::kSuccess,
                            RunStatus::kTimeout, RunStatus::kInterrupted}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

std::string_view to_string(MultitaskStrategy strategy) {
  switch (strategy) {
    case MultitaskStrategy::kReject:
      return "reject";
    case MultitaskStrategy::kEnqueue:
      return "enqueue";
    case MultitaskStrategy::kInterrupt:
      return "interrupt";
    case MultitaskStrategy::kRollback:
      return "rollback";
  }
  return "enqueue";
}

std::optional<MultitaskStrategy> multitask_strategy_from(std::string_view text) {
  for (const auto strategy : {MultitaskStrategy::kReject, MultitaskStrategy::kEnqueue,
                              MultitaskStrategy::kInterrupt, MultitaskStrategy::kRollback}) {
    if (to_string(strategy) == text) return strategy;
  }
  return std::nullopt;
}

std::string to_json(const Run& run) {
  std::string out;
  out += "{\"run_id\":" + quote(run.run_id);
  out += ",\"thread_id\":" + quote(run.thread_id);
  out += ",\"assistant_id\":" + quote(run.assistant_id);
  out += ",\"created_at\":\"" + format_time(run.created_at);
  out += "\",\"updated_at\":\"" + format_time(run.updated_at);
  out += "\",\"status\":\"" + std::string(to_string(run.status));
  out += "\",\"metadata\":" + run.metadata;
  out += ",\"kwargs\":" + run.kwargs;
  out += ",\"multitask_strategy\":\"" + std::string(to_string(run.multitask_strategy));
  out += "\",\"error\":" + run.error;
  if (run.cancel_reason) out += ",\"cancel_reason\":" + quote(*run.cancel_reason);
  out += "}";
  return out;
}

}  // namespace agenthost::models
