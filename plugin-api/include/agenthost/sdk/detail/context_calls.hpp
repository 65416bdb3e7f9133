// The bodies of Context: the frozen core and agent.timer/1. Thread-safe as Context says.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <string>

#include "agenthost/sdk/context.hpp"
#include "agenthost/sdk/detail/host_call.hpp"

namespace agent {
namespace detail {

// A free function with everything by value: the Context it came from may be gone before this runs.
inline Task<void> sleep(std::shared_ptr<Execution> execution, std::chrono::nanoseconds duration) {
  const agent_timer_api& timer = granted(execution->services().timer, AGENT_EXT_TIMER);
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  HostCall reply(*execution, "sleep",
                 [&](std::uint64_t token) { return timer.sleep(execution->task(), token, nanoseconds); });
  co_await reply;
}

inline Pressure emit(const Execution& execution, std::string_view channel, const Json& json) {
  const agent_status status =
      execution.services().api->emit(execution.task(), borrow(channel), borrow(to_text(json)));
  return status == AGENT_WOULD_BLOCK ? Pressure::kSlowDown : Pressure::kNone;
}

inline const Json& member_of_config(const Execution& execution, const char* name) {
  static const Json kEmpty = Json::object();
  const Json& config = execution.config();
  const auto found = config.find(name);
  return found == config.end() || !found->is_object() ? kEmpty : *found;
}

inline std::string text_of_config(const Execution& execution, const char* name) {
  const Json& config = execution.config();
  const auto found = config.find(name);
  return found != config.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace detail

inline Task<void> Context::sleep(std::chrono::nanoseconds duration) const {
  return detail::sleep(execution_, duration);
}

inline std::chrono::system_clock::time_point Context::now() const {
  const detail::Services& services = execution_->services();
  const std::int64_t now_us = detail::granted(services.timer, AGENT_EXT_TIMER).now_us(services.host);
  return std::chrono::system_clock::time_point(std::chrono::microseconds(now_us));
}

inline Metrics Context::metrics() const {
  return Metrics(execution_->services());
}

inline void Context::log(LogLevel level, std::string_view text) const {
  const detail::Services& services = execution_->services();
  services.api->log(services.host, static_cast<std::int32_t>(level), detail::borrow(text));
}

inline Pressure Context::emit(const Json& event) const {
  return detail::emit(*execution_, "custom", event);
}
inline Pressure Context::emit_message(const Json& chunk) const {
  return detail::emit(*execution_, "messages", chunk);
}

inline Pressure Context::emit_tool(const Json& event) const {
  return detail::emit(*execution_, "tools", event);
}

inline std::string Context::new_message_id() const {
  return "msg-" + task_id() + "-" + std::to_string(execution_->next_message());
}

inline Json Context::interrupt(const Json& value) const {
  return execution_->interrupt(value);
}

inline const Json& Context::input() const {
  return execution_->input();
}
inline const Json& Context::config() const {
  return execution_->config();
}
inline const Json& Context::configurable() const {
  return detail::member_of_config(*execution_, "configurable");
}
inline const Json& Context::context() const {
  return detail::member_of_config(*execution_, "context");
}
inline const Json& Context::metadata() const {
  return detail::member_of_config(*execution_, "metadata");
}
inline std::string Context::run_id() const {
  return detail::text_of_config(*execution_, "run_id");
}
inline std::string Context::thread_id() const {
  return detail::text_of_config(*execution_, "thread_id");
}
inline std::string Context::assistant_id() const {
  return detail::text_of_config(*execution_, "assistant_id");
}
inline std::string Context::graph_id() const {
  return detail::text_of_config(*execution_, "graph_id");
}
inline std::string Context::task_id() const {
  return detail::text_of_config(*execution_, "task_id");
}
inline const std::string& Context::node() const {
  return execution_->node();
}
inline unsigned Context::attempt() const {
  return execution_->attempt();
}

inline std::chrono::nanoseconds Context::time_left() const {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::uint64_t left = execution_->services().api->deadline_ns(execution_->task());
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(left, kMost)));
}

inline std::chrono::steady_clock::time_point Context::deadline() const {
  const auto now = std::chrono::steady_clock::now();
  const auto room = std::chrono::steady_clock::time_point::max() - now;
  return now + std::min<std::chrono::nanoseconds>(time_left(), room);
}

inline bool Context::cancelled() const {
  return execution_->services().api->is_cancelled(execution_->task()) != 0;
}

inline void Context::raise_if_cancelled() const {
  if (cancelled()) throw Error(Code::kCancelled, "node " + node() + ": cancelled");
}

inline void Context::raise(std::string kind, const std::string& text) const {
  throw Error(Code::kUnknown, std::move(kind), text);
}

}  // namespace agent
