// agent.subagent/1 on SubagentAccess.
#include "agenthost/ext/subagent.h"

#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/extensions/extensions.hpp"

namespace agenthost::extensions {
namespace {

struct SubagentInstance {
  SubagentAccess& agents;
  const std::size_t max_request_bytes;
};

agent_status subagent_run(agent_task* task, std::uint64_t token, agent_str request) noexcept {
  const auto instance =
      std::static_pointer_cast<SubagentInstance>(plugins::extension_instance(task, AGENT_EXT_SUBAGENT));
  if (!instance) return AGENT_NOT_FOUND;
  const auto cancel = std::make_shared<outbound::CancelToken>();
  const auto call = plugins::begin_call(task, token, [cancel] { cancel->cancel(); });
  if (!call) return AGENT_NOT_FOUND;
  if (request.size > instance->max_request_bytes) {
    call->finish(AGENT_EXHAUSTED, "the request is larger than " +
                                      std::to_string(instance->max_request_bytes) +
                                      " bytes (runtime.max_state_bytes); give it less");
    return AGENT_OK;
  }
  const auto trace = plugins::trace_of(task);
  instance->agents.run({std::string(view(request)),
                        trace && trace->is_traced() ? telemetry::traceparent(*trace) : "", cancel,
                        answer_to(call)});
  return AGENT_OK;
}

constexpr agent_subagent_api kSubagentTable{AGENT_SIZE(agent_subagent_api, run), 0, &subagent_run};

}  // namespace

plugins::Extension make_subagent_extension(SubagentAccess& agents, std::size_t max_request_bytes) {
  return {AGENT_EXT_SUBAGENT,
          &kSubagentTable,
          std::make_shared<SubagentInstance>(SubagentInstance{agents, max_request_bytes}),
          {}};
}

}  // namespace agenthost::extensions
