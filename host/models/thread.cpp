#include "host/models/thread.hpp"

#include "host/base/json.hpp"

namespace agenthost::models {

std::string_view to_string(ThreadStatus status) {
  switch (status) {
    case ThreadStatus::kIdle:
      return "idle";
    case ThreadStatus::kBusy:
      return "busy";
    case ThreadStatus::kInterrupted:
      return "interrupted";
    case ThreadStatus::kError:
      return "error";
  }
  return "idle";
}

std::optional<ThreadStatus> thread_status_from(std::string_view text) {
  for (const auto status :
       {ThreadStatus::kIdle, ThreadStatus::kBusy, ThreadStatus::kInterrupted, ThreadStatus::kError}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

std::string to_json(const Thread& thread, std::string_view values) {
  std::string out;
  out += "{\"thread_id\":" + quote(thread.thread_id);
  out += ",\"created_at\":\"" + format_time(thread.created_at);
  out += "\",\"updated_at\":\"" + format_time(thread.updated_at);
  out += "\",\"state_updated_at\":\"" + format_time(thread.state_updated_at);
  out += "\",\"metadata\":" + thread.metadata;
  out += ",\"status\":\"" + std::string(to_string(thread.status));
  out += "\",\"config\":" + thread.config;
  out += ",\"values\":" + std::string(values);
  out += ",\"interrupts\":" + thread.interrupts;
  out += ",\"error\":" + thread.error + "}";
  return out;
}

}  // namespace agenthost::models
