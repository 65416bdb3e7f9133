// agent::Error: how a node fails, and what a failed host service throws into it. Immutable.
//
//   throw agent::Error(agent::Code::kInvalid, "the project has no name");
//   throw agent::Error(agent::Code::kUnknown, "TypeError", "kaboom");   // with the class name that clients
//   see
//
// Any other std::exception also ends a node; clients then see the name of its class and its what().
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "agenthost/agent_plugin.h"

namespace agent {

// The statuses of the ABI that mean failure.
enum class Code : std::int32_t {
  kCancelled = AGENT_CANCELLED,
  kUnknown = AGENT_UNKNOWN,
  kInvalid = AGENT_INVALID,
  kDeadline = AGENT_DEADLINE,
  kNotFound = AGENT_NOT_FOUND,
  kDenied = AGENT_DENIED,
  kExhausted = AGENT_EXHAUSTED,
  kUnsupported = AGENT_UNSUPPORTED,
  kInternal = AGENT_INTERNAL,
  kUnavailable = AGENT_UNAVAILABLE,
};

class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& text) : Error(code, {}, text) {}
  // kind: the class name for people and clients; empty = derived from the code.
  Error(Code code, std::string kind, const std::string& text)
      : std::runtime_error(text), code_(code), kind_(std::move(kind)) {}

  [[nodiscard]] Code code() const noexcept { return code_; }
  [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
  // Whether trying again later may help.
  [[nodiscard]] bool is_transient() const noexcept {
    return code_ == Code::kUnavailable || code_ == Code::kDeadline || code_ == Code::kExhausted;
  }

 private:
  Code code_;
  std::string kind_;
};

}  // namespace agent
