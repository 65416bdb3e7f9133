// The bodies of Subagents: agent.subagent/1 in coroutines. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/host_call.hpp"
#include "agenthost/sdk/subagent.hpp"

namespace agent {
namespace detail {

// A free function with everything by value: the Subagents object it came from may be gone before it runs.
inline Task<Json> run_subagent(std::shared_ptr<Execution> execution, Json request) {
  const agent_subagent_api& agents = granted(execution->services().subagent, AGENT_EXT_SUBAGENT);
  const std::string text = to_text(request);
  HostCall call(*execution, "the subagent",
                [&](std::uint64_t token) { return agents.run(execution->task(), token, borrow(text)); });
  const Reply reply = co_await call;
  co_return parse_json(reply.text, AGENT_EXT_SUBAGENT);
}

}  // namespace detail

inline Task<Json> Subagents::run(std::string assistant_id, const Json& input) const {
  return run(std::move(assistant_id), input, Json::object());
}

inline Task<Json> Subagents::run(std::string assistant_id, const Json& input, Json how) const {
  how["assistant_id"] = std::move(assistant_id);
  how["input"] = input;
  return detail::run_subagent(execution_, std::move(how));
}

inline bool Subagents::is_granted() const {
  return execution_->services().subagent != nullptr;
}

}  // namespace agent
