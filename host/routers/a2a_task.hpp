// A2aTask: what Agent2Agent calls a task, whichever version of the protocol will speak of it: a run, together
// with the runs that went on where it stopped to ask. Its context is the thread. Immutable values;
// thread-safe functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/models/run.hpp"
#include "host/services/active_run.hpp"

namespace agenthost::routers {

enum class TaskState { kSubmitted, kWorking, kInputRequired, kCompleted, kFailed, kCanceled };
enum class TaskRole { kUser, kAgent };

struct TaskPart {
  enum class Kind { kText, kData };
  Kind kind = Kind::kText;
  std::string value;  // the text, or JSON
};

struct TaskMessage {
  std::string id;
  TaskRole role = TaskRole::kAgent;
  std::vector<TaskPart> parts;
};

struct A2aTask {
  std::string id;
  std::string context_id;
  std::string run_id;  // the newest of its runs
  TaskState state = TaskState::kSubmitted;
  Micros since = 0;
  std::vector<TaskPart> says = {};        // with the state: what it asks, or why it failed
  std::vector<TaskPart> response = {};    // of a completed one
  std::vector<TaskMessage> history = {};  // oldest first
};

// The id of the task that a run belongs to: its own, unless it goes on with another.
[[nodiscard]] std::string task_id_of(const models::Run& run);
// The metadata of a run that goes on with a task.
[[nodiscard]] std::string goes_on_with(const std::string& task_id);

// As far as the run's row tells: without words, and without its questions.
[[nodiscard]] A2aTask task_of(const models::Run& run);
// Complete. The response is what the assistant said last or, of a graph without messages, its values.
[[nodiscard]] A2aTask task_of(const models::Run& run, const services::RunOutcome& outcome);

// The text of a message of a state; of content blocks, the texts among them.
[[nodiscard]] std::string message_text(const JsonValue& message);

}  // namespace agenthost::routers
