// The records of StrictHost: what it knows of a task, of a reply on its way and of an answer it gave away.
// Guarded by StrictHost's mutex.
#pragma once

#include <string>

#include "host/plugins/validator/strict_host.hpp"

namespace agenthost::plugins::validator {

struct StrictHost::Reply {
  std::uint64_t token = 0;
  agent_status status = AGENT_OK;
  std::string text, body;
};

// The bytes of an answer of interrupt(), until the plugin releases them.
struct StrictHost::Answer {
  StrictHost* host = nullptr;
  std::string who;
  std::string text;
  unsigned releases = 0;
};

struct StrictHost::Task {
  Task(const RunPlan& given, agent_graph* in, std::chrono::steady_clock::time_point until)
      : plan(given), graph(in), deadline(until) {}

  [[nodiscard]] agent_task* handle() { return reinterpret_cast<agent_task*>(this); }
  [[nodiscard]] bool has_ended() const { return ending.kind != Ending::Kind::kNever; }
  [[nodiscard]] bool should_stop() const {
    return cancelled || has_ended() || std::chrono::steady_clock::now() >= deadline;
  }

  const RunPlan plan;
  agent_graph* const graph;
  const std::string& who = plan.who;
  const std::chrono::steady_clock::time_point deadline;
  Ending ending;
  bool cancelled = false;
  bool asked = false;  // interrupt() answered AGENT_INTERRUPTED
  std::size_t answers_given = 0;
  std::deque<Reply> inbox;
  std::multiset<std::uint64_t> open_tokens;
};

}  // namespace agenthost::plugins::validator
