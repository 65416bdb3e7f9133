// The C types of the plugin ABI, made safe to hold: views of agent_str, ownership of agent_bytes, statuses as
// errors. Values and pure functions: thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "agenthost/agent_plugin.h"
#include "host/base/error.hpp"

namespace agenthost::plugins {

// A plugin may pass {NULL, n}: read as empty.
[[nodiscard]] inline std::string_view view(agent_str text) {
  return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}
[[nodiscard]] inline agent_str borrow(std::string_view text) {
  return {text.data(), text.size()};
}

// agent_bytes received from the other side; released exactly once, here.
class OwnedBytes {
 public:
  // Empties *bytes, so that a plugin that passes the same struct twice cannot make us release it twice. May
  // be null.
  explicit OwnedBytes(agent_bytes* bytes);
  ~OwnedBytes();
  OwnedBytes(const OwnedBytes&) = delete;
  OwnedBytes& operator=(const OwnedBytes&) = delete;

  [[nodiscard]] std::string_view text() const;

 private:
  agent_bytes bytes_{};
};

// Bytes for the other side to release.
[[nodiscard]] agent_bytes give(std::string text);

// An ABI status that is not AGENT_OK as an error code; unknown numbers become kUnknown.
[[nodiscard]] ErrorCode code_of(agent_status status);

// "AGENT_UNAVAILABLE", or "status 4711".
[[nodiscard]] std::string status_name(agent_status status);

// The border where C++ exceptions of the host end.
template <class Call>
[[nodiscard]] agent_status guarded(Call&& call) noexcept {
  try {
    return call();
  } catch (...) {  // out of memory, in practice
    return AGENT_INTERNAL;
  }
}

// Text from a plugin for people: valid UTF-8 (other bytes become '?'), at most 8 kB.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace agenthost::plugins
