#include "host/outbound/llm_provider.hpp"

namespace agenthost::outbound {

std::string system_text(const LlmRequest& request) {
  std::string text;
  for (const auto& message : request.messages) {
    if (message.role != "system") continue;
    if (!text.empty()) text += "\n\n";
    text += message.content;
  }
  return text;
}

std::string_view provider_error(const JsonValue& body) {
  if (body.IsArray()) return body.Empty() ? std::string_view{} : provider_error(body[0]);
  const auto* error = find_member(body, "error");
  if (error == nullptr) return {};
  return error->IsString() ? as_view(*error) : string_member(*error, "message");
}

std::int64_t count_member(const JsonValue& value, std::string_view key) {
  const auto* member = find_member(value, key);
  return member != nullptr && member->IsInt64() ? member->GetInt64() : 0;
}

}  // namespace agenthost::outbound
