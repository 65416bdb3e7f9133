// agent.llm/1 on LlmClient: parts to the plugin, message chunks to the run, one final answer.
#include "agenthost/ext/llm.h"

#include "host/base/json.hpp"
#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/extensions/extensions.hpp"

namespace agenthost::extensions {
namespace {

struct LlmService {
  outbound::LlmClient& client;
};

enum class Parts { kForPlugin, kForNobody };

std::function<void(std::string_view)> delta_sink(const plugins::ExtensionCallPtr& call, Parts parts,
                                                 std::string message_id) {
  return [call, parts, id = std::move(message_id)](std::string_view delta) {
    const auto text = quote(delta);
    if (parts == Parts::kForPlugin) call->part("{\"delta\":" + text + "}");
    if (!id.empty()) {
      call->emit_message("{\"id\":" + quote(id) + ",\"type\":\"AIMessageChunk\",\"content\":" + text + "}");
    }
  };
}

agent_status llm_complete(agent_task* task, std::uint64_t token, agent_str json) noexcept {
  const auto service = std::static_pointer_cast<LlmService>(plugins::extension_instance(task, AGENT_EXT_LLM));
  if (!service) return AGENT_NOT_FOUND;
  const auto cancel = std::make_shared<outbound::CancelToken>();
  const auto call = plugins::begin_call(task, token, [cancel] { cancel->cancel(); });
  if (!call) return AGENT_NOT_FOUND;
  auto request = outbound::parse_llm_request(view(json));
  if (!request) {
    call->finish(status_of(request.error().code), request.error().text);
    return AGENT_OK;
  }
  outbound::LlmCall completion;
  completion.delta =
      delta_sink(call, request->stream ? Parts::kForPlugin : Parts::kForNobody, request->message_id);
  completion.request = std::move(*request);
  completion.request.stream = completion.request.stream || !completion.request.message_id.empty();
  completion.deadline = call->deadline();
  completion.cancel = cancel;
  completion.done = [call](Result<outbound::LlmAnswer> answer) {
    if (answer) {
      call->finish(AGENT_OK, outbound::to_json(*answer));
    } else {
      call->finish(status_of(answer.error().code), answer.error().text);
    }
  };
  service->client.complete(std::move(completion));
  return AGENT_OK;
}

std::int32_t llm_is_online(agent_host* host, agent_str model) noexcept {
  const auto service = std::static_pointer_cast<LlmService>(plugins::extension_instance(host, AGENT_EXT_LLM));
  return service && service->client.is_online(view(model)) ? 1 : 0;
}

constexpr agent_llm_api kLlmTable{AGENT_SIZE(agent_llm_api, is_online), 0, &llm_complete, &llm_is_online};

}  // namespace

plugins::Extension make_llm_extension(outbound::LlmClient& client) {
  return {AGENT_EXT_LLM, &kLlmTable, std::make_shared<LlmService>(LlmService{client}), {}};
}

}  // namespace agenthost::extensions
