// Thread: a conversation with its own state. Immutable value; JSON members hold compact JSON text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/base/ids.hpp"

namespace agenthost::models {

enum class ThreadStatus { kIdle, kBusy, kInterrupted, kError };

[[nodiscard]] std::string_view to_string(ThreadStatus status);
[[nodiscard]] std::optional<ThreadStatus> thread_status_from(std::string_view text);

struct Thread {
  std::string thread_id;
  Micros created_at = 0;
  Micros updated_at = 0;
  Micros state_updated_at = 0;
  std::string metadata = "{}";
  ThreadStatus status = ThreadStatus::kIdle;
  std::string config = "{}";
  // {"<task id>":[{"id","value"}]}: the interrupts that wait for an answer.
  std::string interrupts = "{}";
  // {"error","message"} or "null".
  std::string error = "null";
};

// The Thread object of the API; values is the JSON of the latest root state, or "null".
[[nodiscard]] std::string to_json(const Thread& thread, std::string_view values);

}  // namespace agenthost::models
