// The bodies of Llm: agent.llm/1 in coroutines. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/host_call.hpp"
#include "agenthost/sdk/llm.hpp"

namespace agent {
namespace detail {

inline std::string llm_request_text(const LlmRequest& request) {
  Json json{{"messages", Json::array()}};
  for (const LlmMessage& message : request.messages) {
    json["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  if (!request.model.empty()) json["model"] = request.model;
  if (request.temperature) json["temperature"] = *request.temperature;
  if (request.max_tokens) json["max_tokens"] = *request.max_tokens;
  if (!request.response_schema.is_null()) json["response_schema"] = request.response_schema;
  if (!request.message_id.empty()) json["message_id"] = request.message_id;
  if (request.on_delta || !request.message_id.empty()) json["stream"] = true;
  return to_text(json);
}

inline LlmAnswer read_llm_reply(const Reply& reply) {
  Json json = parse_json(reply.text, AGENT_EXT_LLM);
  LlmAnswer answer;
  answer.content = json.value("content", std::string());
  answer.model = json.value("model", std::string());
  answer.provider = json.value("provider", std::string());
  answer.finish_reason = json.value("finish_reason", std::string());
  const Json usage = json.value("usage", Json::object());
  answer.usage = {usage.value("input_tokens", std::int64_t{0}),
                  usage.value("output_tokens", std::int64_t{0})};
  if (json.contains("json")) answer.json = std::move(json["json"]);
  return answer;
}

// A free function with everything by value: the Llm object it came from may be gone before this runs.
inline Task<LlmAnswer> complete(std::shared_ptr<Execution> execution, LlmRequest request) {
  const agent_llm_api& llm = granted(execution->services().llm, AGENT_EXT_LLM);
  const std::string text = llm_request_text(request);
  HostCall reply(
      *execution, "the language model",
      [&](std::uint64_t token) { return llm.complete(execution->task(), token, borrow(text)); },
      [&](const Reply& part) {
        if (request.on_delta)
          request.on_delta(parse_json(part.text, AGENT_EXT_LLM).value("delta", std::string()));
      });
  co_return read_llm_reply(co_await reply);
}

}  // namespace detail

inline Task<LlmAnswer> Llm::complete(const LlmRequest& request) const {
  return detail::complete(execution_, request);
}

inline bool Llm::is_online(std::string_view model) const {
  const detail::Services& services = execution_->services();
  return services.llm != nullptr && services.llm->is_online(services.host, detail::borrow(model)) != 0;
}

}  // namespace agent
