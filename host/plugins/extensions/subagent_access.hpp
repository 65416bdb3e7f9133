// SubagentAccess: the server's agents as the extension for plugins sees them; the application ties it to the
// run service. Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.hpp"
#include "host/outbound/cancel_token.hpp"

namespace agenthost::extensions {

struct SubagentCall {
  std::string request;              // JSON text as ext/subagent.h has it
  std::string traceparent;          // of the task that asks; empty: not traced
  outbound::CancelTokenPtr cancel;  // cancels the run
  std::function<void(Result<std::string>)> answer;
};

struct SubagentAccess {
  virtual ~SubagentAccess() = default;
  // Answers once, from any thread, with the final state; never blocks.
  virtual void run(SubagentCall call) = 0;
};

}  // namespace agenthost::extensions
