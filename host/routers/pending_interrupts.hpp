// PendingInterrupts: the questions a thread waits with. Thread-safe functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/json.hpp"
#include "host/models/thread.hpp"

namespace agenthost::routers {

[[nodiscard]] inline bool is_interrupted(const models::Thread& thread) {
  return thread.status == models::ThreadStatus::kInterrupted && thread.interrupts != "{}";
}

// Their ids.
[[nodiscard]] inline std::vector<std::string> pending_interrupts(const models::Thread& thread) {
  std::vector<std::string> ids;
  const auto by_task = parse_json(thread.interrupts);
  if (!by_task || !by_task->IsObject()) return ids;
  for (const auto& task : by_task->GetObject()) {
    if (!task.value.IsArray()) continue;
    for (const auto& one : task.value.GetArray()) ids.emplace_back(string_member(one, "id"));
  }
  return ids;
}

[[nodiscard]] inline bool waits_for(const models::Thread& thread, std::string_view interrupt_id) {
  const auto ids = pending_interrupts(thread);
  return std::find(ids.begin(), ids.end(), interrupt_id) != ids.end();
}

}  // namespace agenthost::routers
