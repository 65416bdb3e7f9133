#include "host/services/run_outcome.hpp"

#include <algorithm>

namespace agenthost::services {
namespace {

using models::RunStatus;
using models::ThreadStatus;
using runtime::RunEnd;

std::string values_with_interrupts(const models::Checkpoint& checkpoint) {
  const auto interrupts = interrupts_json(checkpoint);
  auto values = values_json(checkpoint);
  return interrupts == "[]" ? values : merge_objects(values, "{\"__interrupt__\":" + interrupts + "}");
}

std::string time_json(Micros time) {
  return time == 0 ? "null" : "\"" + format_time(time) + "\"";
}

}  // namespace

std::string error_json(const std::optional<Error>& error) {
  if (!error) return "null";
  return "{\"error\":" + quote(error_kind(*error)) + ",\"message\":" + quote(error->text) + "}";
}

std::optional<Error> error_of(const models::Run& run) {
  const auto error = parse_json(run.error);
  if (!error || !error->IsObject()) return std::nullopt;
  return Error{ErrorCode::kUnknown, std::string(string_member(*error, "message")),
               std::string(string_member(*error, "error"))};
}

RunOutcome outcome_of(const runtime::RunResult& result) {
  RunOutcome outcome;
  outcome.end = result.end;
  if (result.checkpoint) {
    outcome.values = result.end == RunEnd::kInterrupted ? values_with_interrupts(*result.checkpoint)
                                                        : values_json(*result.checkpoint);
  }
  switch (result.end) {
    case RunEnd::kSuccess:
    case RunEnd::kInterrupted:  // stopping for a human is no failure; `interrupted` is for cancelled runs
      outcome.status = RunStatus::kSuccess;
      break;
    case RunEnd::kCancelled:
      outcome.status = RunStatus::kInterrupted;
      break;
    case RunEnd::kTimeout:
      outcome.status = RunStatus::kTimeout;
      outcome.error = result.error;
      break;
    case RunEnd::kError:
    case RunEnd::kRefused:
      outcome.status = RunStatus::kError;
      outcome.error = result.error;
      break;
  }
  return outcome;
}

RunOutcome outcome_of(const models::Run& run, const std::optional<models::Checkpoint>& checkpoint) {
  return {run.status, checkpoint ? values_with_interrupts(*checkpoint) : "{}", error_of(run)};
}

std::string failure_text(const ActiveRun& run, const runtime::RunResult& result) {
  auto text = "run " + run.row.run_id + " of graph " + run.graph.graph->id() + " failed";
  if (result.checkpoint) {
    const auto& tasks = result.checkpoint->tasks;
    const auto failed = std::find_if(tasks.begin(), tasks.end(), [](const auto& task) { return task.error; });
    if (failed != tasks.end()) text += " in node " + failed->node;
  }
  return text + ": " + error_kind(*result.error) + ": " + result.error->text;
}

storage::UpdateThread thread_after(const std::string& thread_id, const runtime::RunResult& result,
                                   Micros now) {
  storage::UpdateThread thread;
  thread.thread_id = thread_id;
  thread.now = now;
  thread.interrupts = result.checkpoint ? interrupts_by_task_json(*result.checkpoint) : "{}";
  const bool failed = result.end == RunEnd::kError || result.end == RunEnd::kTimeout;
  thread.error = failed ? error_json(result.error) : "null";
  thread.state_changed = result.checkpoint.has_value();
  return thread;
}

ThreadStatus resting_status(const runtime::RunResult& result) {
  if (result.end == RunEnd::kInterrupted) return ThreadStatus::kInterrupted;
  if (result.end == RunEnd::kError || result.end == RunEnd::kTimeout) return ThreadStatus::kError;
  const bool waits =
      result.end == RunEnd::kRefused && result.checkpoint && interrupts_json(*result.checkpoint) != "[]";
  return waits ? ThreadStatus::kInterrupted : ThreadStatus::kIdle;
}

std::optional<models::Webhook> webhook_about(const models::Run& run, const std::optional<std::string>& url,
                                             const RunOutcome& outcome, Micros started_at) {
  if (!url) return std::nullopt;
  auto ended = run;
  ended.status = outcome.status;
  ended.error = outcome.error ? quote(outcome.error->text) : "null";
  ended.updated_at = now_us();
  models::Webhook webhook;
  webhook.webhook_id = new_uuid7();
  webhook.url = *url;
  webhook.due_at = ended.updated_at;
  webhook.body = merge_objects(to_json(ended), "{\"run_started_at\":" + time_json(started_at) +
                                                   ",\"run_ended_at\":" + time_json(ended.updated_at) +
                                                   ",\"values\":" + outcome.values + "}");
  return webhook;
}

}  // namespace agenthost::services
