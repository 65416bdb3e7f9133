#include "host/models/thread.hpp"

#include <algorithm>

#include "host/base/json.hpp"

namespace agenthost::models {
namespace {
// A thousand years: what is longer would overflow a timestamp.
constexpr double kMaxTtlMinutes = 525'960'000;
}  // namespace

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

std::string_view to_string(TtlStrategy strategy) {
  return strategy == TtlStrategy::kDelete ? "delete" : "keep_latest";
}

std::optional<TtlStrategy> ttl_strategy_from(std::string_view text) {
  for (const auto strategy : {TtlStrategy::kDelete, TtlStrategy::kKeepLatest}) {
    if (to_string(strategy) == text) return strategy;
  }
  return std::nullopt;
}

Ttl make_ttl(double minutes, TtlStrategy strategy, Micros now) {
  return {minutes, strategy, now + static_cast<Micros>(std::min(minutes, kMaxTtlMinutes) * 60e6)};
}

std::optional<Ttl> make_ttl(const DefaultTtl& chosen, Micros now) {
  if (chosen.minutes <= 0) return std::nullopt;
  return make_ttl(chosen.minutes, chosen.strategy, now);
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

std::string ttl_json(const Thread& thread) {
  if (!thread.ttl) return "null";
  const auto& ttl = *thread.ttl;
  return "{\"strategy\":\"" + std::string(to_string(ttl.strategy)) +
         "\",\"ttl_minutes\":" + to_text(JsonValue(ttl.minutes)) + ",\"expires_at\":\"" +
         format_time(ttl.expires_at) + "\"}";
}

}  // namespace agenthost::models
