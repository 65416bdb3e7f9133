// ProtocolCall: one command of protocol v2 and its answer, whichever way it came. Answer it once; a call is
// shared by whoever works on it. Thread-safe: immutable but for `replied`, which may be called from anywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/json.hpp"

namespace agenthost::routers {

// What goes back: a success or an error as JSON. Over HTTP some errors are refusals with a status of their
// own; then `message` is the reason.
struct ProtocolReply {
  std::string json;
  int status = 200;
  std::string message = {};
};
using Replied = std::function<void(const ProtocolReply&)>;

struct ProtocolCall {
  std::string thread_id;
  std::uint64_t id = 0;
  std::string method;
  JsonDocument command;  // all of it
  Replied replied;

  // {"id": n, "method": "...", "params"?: {...}}. When it is none, replies (400) and returns null.
  [[nodiscard]] static std::shared_ptr<const ProtocolCall> read(std::string thread_id, std::string_view text,
                                                                Replied replied);

  // Never null: {} when none were sent.
  [[nodiscard]] const JsonValue& params() const;

  void succeed(std::string_view result, std::uint64_t applied_through_seq) const;
  void refuse(std::string_view code, std::string_view message, int http_status = 200) const;
  // The protocol's code for an error of a service.
  void refuse(const Error& error) const;
};
// Shared because: a service's callbacks hold it until the answer is there.
using ProtocolCallPtr = std::shared_ptr<const ProtocolCall>;

}  // namespace agenthost::routers
