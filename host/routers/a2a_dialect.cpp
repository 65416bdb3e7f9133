#include "host/routers/a2a_dialect.hpp"

#include <algorithm>

namespace agenthost::routers {

const A2aDialect& A2aDialect::v0_3() {
  static constexpr A2aDialect kDialect(
      Naming::kByKind, {"submitted", "working", "input-required", "completed", "failed", "canceled"},
      {"user", "agent"});
  return kDialect;
}

const A2aDialect& A2aDialect::v1_0() {
  static constexpr A2aDialect kDialect(
      Naming::kByName,
      {"TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_COMPLETED",
       "TASK_STATE_FAILED", "TASK_STATE_CANCELED"},
      {"ROLE_USER", "ROLE_AGENT"});
  return kDialect;
}

std::optional<TaskState> A2aDialect::state_from(std::string_view word) const {
  const auto* const found = std::find(states_.begin(), states_.end(), word);
  if (found == states_.end()) return std::nullopt;
  return static_cast<TaskState>(found - states_.begin());
}

std::string A2aDialect::kind(std::string_view word) const {
  return naming_ == Naming::kByKind ? "\"kind\":\"" + std::string(word) + "\"," : std::string();
}

std::string A2aDialect::named(std::string_view name, std::string object) const {
  if (naming_ == Naming::kByKind) return object;
  return "{\"" + std::string(name) + "\":" + std::move(object) + "}";
}

std::string A2aDialect::parts(const std::vector<TaskPart>& parts) const {
  std::string json;
  for (const auto& part : parts) {
    const bool text = part.kind == TaskPart::Kind::kText;
    json += (json.empty() ? "{" : ",{") + kind(text ? "text" : "data") +
            (text ? "\"text\":" + quote(part.value) : "\"data\":" + part.value) + "}";
  }
  return "[" + json + "]";
}

std::string A2aDialect::message(const A2aTask& task, const TaskMessage& message) const {
  return "{" + kind("message") + "\"messageId\":" + quote(message.id) + ",\"role\":\"" +
         std::string(roles_.at(static_cast<std::size_t>(message.role))) +
         "\",\"parts\":" + parts(message.parts) + ",\"taskId\":" + quote(task.id) +
         ",\"contextId\":" + quote(task.context_id) + "}";
}

std::string A2aDialect::status(const A2aTask& task) const {
  std::string json = "{\"state\":\"" + std::string(states_.at(static_cast<std::size_t>(task.state))) + "\"";
  if (!task.says.empty()) json += ",\"message\":" + message(task, {task.run_id, TaskRole::kAgent, task.says});
  return json + ",\"timestamp\":\"" + format_time(task.since) + "\"}";
}

// Its id is the run's: a run has one response.
std::string A2aDialect::artifact(const A2aTask& task, const std::vector<TaskPart>& parts) const {
  return "{\"artifactId\":" + quote(task.run_id) +
         ",\"name\":\"Assistant Response\",\"parts\":" + this->parts(parts) + "}";
}

std::string A2aDialect::task(const A2aTask& task, std::size_t history) const {
  std::string json = "{" + kind("task") + "\"id\":" + quote(task.id) +
                     ",\"contextId\":" + quote(task.context_id) + ",\"status\":" + status(task) +
                     ",\"artifacts\":[";
  if (!task.response.empty()) json += artifact(task, task.response);
  json += "]";
  if (history > 0) {
    std::string messages;
    for (auto i = task.history.size() - std::min(history, task.history.size()); i < task.history.size(); ++i)
      messages += (messages.empty() ? "" : ",") + message(task, task.history[i]);
    json += ",\"history\":[" + messages + "]";
  }
  return json + ",\"metadata\":{\"run_id\":" + quote(task.run_id) + "}}";
}

std::string A2aDialect::sent(const A2aTask& task, std::size_t history) const {
  return named("task", this->task(task, history));
}

std::string A2aDialect::begun(const A2aTask& task) const {
  return naming_ == Naming::kByKind ? status_update(task, More::kYes) : sent(task, 0);
}

std::string A2aDialect::status_update(const A2aTask& task, More more) const {
  std::string json = "{" + kind("status-update") + "\"taskId\":" + quote(task.id) +
                     ",\"contextId\":" + quote(task.context_id) + ",\"status\":" + status(task);
  // Only the older version says it; in the newer the stream just ends.
  if (naming_ == Naming::kByKind) json += more == More::kNo ? ",\"final\":true" : ",\"final\":false";
  return named("statusUpdate", json + "}");
}

std::string A2aDialect::response_update(const A2aTask& task, const std::vector<TaskPart>& parts,
                                        Piece piece) const {
  return named("artifactUpdate", "{" + kind("artifact-update") + "\"taskId\":" + quote(task.id) +
                                     ",\"contextId\":" + quote(task.context_id) +
                                     ",\"artifact\":" + artifact(task, parts) +
                                     ",\"append\":" + (piece == Piece::kNext ? "true" : "false") +
                                     ",\"lastChunk\":" + (piece == Piece::kWhole ? "true" : "false") + "}");
}

}  // namespace agenthost::routers
