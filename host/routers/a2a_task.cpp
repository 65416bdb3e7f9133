#include "host/routers/a2a_task.hpp"

namespace agenthost::routers {
namespace {

using models::RunStatus;
using services::RunOutcome;

constexpr std::string_view kTaskId = "a2a_task_id";
constexpr std::string_view kInterrupts = "__interrupt__";

TaskState state_of(RunStatus status) {
  switch (status) {
    case RunStatus::kPending:
      return TaskState::kSubmitted;
    case RunStatus::kRunning:
      return TaskState::kWorking;
    case RunStatus::kSuccess:
      return TaskState::kCompleted;
    case RunStatus::kInterrupted:
      return TaskState::kCanceled;
    case RunStatus::kError:
    case RunStatus::kTimeout:
      break;
  }
  return TaskState::kFailed;
}

bool is_from(const JsonValue& message, std::string_view type, std::string_view role) {
  return string_member(message, "type") == type || string_member(message, "role") == role;
}

// What is asked, in words where there are any, and all of it with the ids that answers need.
std::vector<TaskPart> questions(const JsonValue& interrupts) {
  std::vector<TaskPart> parts;
  for (const auto& one : interrupts.GetArray()) {
    const auto* value = find_member(one, "value");
    if (value == nullptr) continue;
    parts.push_back(
        {TaskPart::Kind::kText, value->IsString() ? std::string(as_view(*value)) : to_text(*value)});
  }
  parts.push_back({TaskPart::Kind::kData, "{\"interrupts\":" + to_text(interrupts) + "}"});
  return parts;
}

std::vector<TaskMessage> history_of(const JsonValue& messages) {
  std::vector<TaskMessage> history;
  for (const auto& message : messages.GetArray()) {
    const bool user = is_from(message, "human", "user");
    auto text = message_text(message);
    if (text.empty() || !(user || is_from(message, "ai", "assistant"))) continue;
    history.push_back({std::string(string_member(message, "id")),
                       user ? TaskRole::kUser : TaskRole::kAgent,
                       {{TaskPart::Kind::kText, std::move(text)}}});
  }
  return history;
}

// Nothing when the assistant has not answered the last thing it was told.
std::vector<TaskPart> last_words(const std::vector<TaskMessage>& history) {
  if (history.empty() || history.back().role == TaskRole::kUser) return {};
  return history.back().parts;
}

}  // namespace

std::string task_id_of(const models::Run& run) {
  const auto metadata = parse_json(run.metadata);
  const auto id = metadata ? string_member(*metadata, kTaskId) : std::string_view();
  return id.empty() ? run.run_id : std::string(id);
}

std::string goes_on_with(const std::string& task_id) {
  return "{\"" + std::string(kTaskId) + "\":" + quote(task_id) + "}";
}

A2aTask task_of(const models::Run& run) {
  A2aTask task;
  task.id = task_id_of(run);
  task.context_id = run.thread_id;
  task.run_id = run.run_id;
  task.state = state_of(run.status);
  task.since = run.updated_at;
  return task;
}

A2aTask task_of(const models::Run& run, const RunOutcome& outcome) {
  auto task = task_of(run);
  task.state = state_of(outcome.status);
  if (outcome.error) task.says.push_back({TaskPart::Kind::kText, outcome.error->text});
  const auto values = parse_json(outcome.values);
  if (!values) return task;
  const auto* messages = find_member(*values, "messages");
  const bool talks = messages != nullptr && messages->IsArray();
  if (talks) task.history = history_of(*messages);
  const auto* interrupts = find_member(*values, kInterrupts);
  const bool asks = interrupts != nullptr && interrupts->IsArray() && !interrupts->Empty();
  if (task.state != TaskState::kCompleted) return task;
  if (asks) {
    task.state = TaskState::kInputRequired;
    task.says = questions(*interrupts);
  } else if (talks) {
    task.response = last_words(task.history);
  } else {
    task.response.push_back({TaskPart::Kind::kData, outcome.values});
  }
  return task;
}

std::string message_text(const JsonValue& message) {
  const auto* content = find_member(message, "content");
  if (content == nullptr) return {};
  if (content->IsString()) return std::string(as_view(*content));
  std::string text;
  if (!content->IsArray()) return text;
  for (const auto& block : content->GetArray())
    text += block.IsString() ? as_view(block) : string_member(block, "text");
  return text;
}

}  // namespace agenthost::routers
