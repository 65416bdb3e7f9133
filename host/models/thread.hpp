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

// What is done when the time is over: the thread goes, or its past does.
enum class TtlStrategy { kDelete, kKeepLatest };

[[nodiscard]] std::string_view to_string(TtlStrategy strategy);
[[nodiscard]] std::optional<TtlStrategy> ttl_strategy_from(std::string_view text);

struct Ttl {
  double minutes = 0;
  TtlStrategy strategy = TtlStrategy::kDelete;
  Micros expires_at = 0;
};

// What threads get that say nothing; 0 minutes = they stay.
struct DefaultTtl {
  double minutes = 0;
  TtlStrategy strategy = TtlStrategy::kDelete;
};

// Counts from now.
[[nodiscard]] Ttl make_ttl(double minutes, TtlStrategy strategy, Micros now);
[[nodiscard]] std::optional<Ttl> make_ttl(const DefaultTtl& chosen, Micros now);

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
  std::optional<Ttl> ttl = {};
};

// The Thread object of the API; values is the JSON of the latest root state, or "null".
[[nodiscard]] std::string to_json(const Thread& thread, std::string_view values);

// {"strategy","ttl_minutes","expires_at"}, or "null".
[[nodiscard]] std::string ttl_json(const Thread& thread);

}  // namespace agenthost::models
