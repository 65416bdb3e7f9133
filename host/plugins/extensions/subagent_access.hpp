// SubagentAccess: the server's agents as the extension for plugins sees them; the application ties it to the
// run service. Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.hpp"
#include "host/outbound/cancel_token.hpp"

namespace agenthost::extensions {

struct SubagentAccess {
  using Answer = std::function<void(Result<std::string>)>;

  virtual ~SubagentAccess() = default;
  // request: JSON text as ext/subagent.h has it. Answers once, from any thread, with the final state; never
  // blocks. The token cancels the run.
  virtual void run(std::string request, outbound::CancelTokenPtr cancel, Answer answer) = 0;
};

}  // namespace agenthost::extensions
