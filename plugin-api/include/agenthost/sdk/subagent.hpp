// Other agents of this server, asked like a service: each call is a run with a thread of its own, which is
// gone afterwards. Thread-safe.
//
//   const agent::Json input{{"messages", {agent::human_message("Summarise this: ...")}}};
//   const agent::Json values = co_await ctx.subagents().run("summariser", input);
//
// Failure throws agent::Error: kNotFound (no such agent), kUnsupported (it asks a human), kExhausted (too
// many runs), kDenied (without agent.subagent/1), kCancelled, kDeadline, or what the run failed with. A node
// may run again after a crash, and then so does the other agent.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/task.hpp"

namespace agent {

namespace detail {
class Execution;
}

class Subagents {
 public:
  explicit Subagents(std::shared_ptr<detail::Execution> execution) : execution_(std::move(execution)) {}

  // The final state of a run of that assistant or graph.
  [[nodiscard]] Task<Json> run(std::string assistant_id, const Json& input) const;
  // The same with {"config","context","metadata"}, each optional, as in the server's API.
  [[nodiscard]] Task<Json> run(std::string assistant_id, const Json& input, Json how) const;

  // Whether this plugin has agent.subagent/1.
  [[nodiscard]] bool is_granted() const;

 private:
  std::shared_ptr<detail::Execution>
      execution_;  // shared because: a call may outlive the Context it came from
};

}  // namespace agent

#include "agenthost/sdk/detail/subagent_calls.hpp"
