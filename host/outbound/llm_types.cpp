#include "host/outbound/llm_types.hpp"

#include <algorithm>

#include "host/base/json.hpp"

namespace agenthost::outbound {
namespace {

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kInvalid, "llm request: " + what);
}

// A string, or an array of {"type":"text","text":...} blocks as chat messages may have them.
Result<std::string> parse_content(const JsonValue& message) {
  const auto* content = find_member(message, "content");
  if (content == nullptr) return std::string();
  if (content->IsString()) return std::string(as_view(*content));
  if (!content->IsArray()) return bad("messages: content must be text or a list of text blocks");
  std::string text;
  for (const auto& block : content->GetArray()) {
    if (string_member(block, "type") != "text") return bad("messages: only text blocks can be sent");
    text += string_member(block, "text");
  }
  return text;
}

Result<std::vector<LlmMessage>> parse_messages(const JsonValue& request) {
  const auto* list = find_member(request, "messages");
  if (list == nullptr || !list->IsArray()) return bad("messages must be a list");
  std::vector<LlmMessage> messages;
  for (const auto& item : list->GetArray()) {
    const auto role = string_member(item, "role");
    if (role != "system" && role != "user" && role != "assistant") {
      return bad("messages: role must be system, user or assistant");
    }
    auto content = parse_content(item);
    if (!content) return fail(content.error());
    messages.push_back({std::string(role), std::move(*content)});
  }
  const bool asked =
      std::any_of(messages.begin(), messages.end(), [](const auto& m) { return m.role == "user"; });
  if (!asked) return bad("messages must hold at least one of role user");
  return messages;
}

Status read_options(const JsonValue& json, LlmRequest& request) {
  if (const auto* value = find_member(json, "temperature")) {
    if (!value->IsNumber()) return bad("temperature must be a number");
    request.temperature = value->GetDouble();
  }
  if (const auto* value = find_member(json, "max_tokens")) {
    if (!value->IsInt() || value->GetInt() < 1) return bad("max_tokens must be a whole number above 0");
    request.max_tokens = value->GetInt();
  }
  if (const auto* value = find_member(json, "response_schema")) {
    if (!value->IsObject()) return bad("response_schema must be an object");
    request.response_schema = to_text(*value);
  }
  if (const auto* value = find_member(json, "stream")) {
    if (!value->IsBool()) return bad("stream must be true or false");
    request.stream = value->GetBool();
  }
  return {};
}

}  // namespace

Result<LlmRequest> parse_llm_request(std::string_view json) {
  const auto document = parse_json(json);
  if (!document) return bad(document.error().text);
  if (!document->IsObject()) return bad("must be a JSON object");
  LlmRequest request;
  request.model = string_member(*document, "model", "default");
  if (request.model.empty()) request.model = "default";
  request.message_id = string_member(*document, "message_id");
  auto messages = parse_messages(*document);
  if (!messages) return fail(messages.error());
  request.messages = std::move(*messages);
  if (const auto good = read_options(*document, request); !good) return fail(good.error());
  return request;
}

std::string to_json(const LlmAnswer& answer) {
  return "{\"content\":" + quote(answer.content) + (answer.json.empty() ? "" : ",\"json\":" + answer.json) +
         ",\"model\":" + quote(answer.model) + ",\"provider\":" + quote(answer.provider) +
         ",\"finish_reason\":" + quote(answer.finish_reason) +
         ",\"usage\":{\"input_tokens\":" + std::to_string(answer.input_tokens) +
         ",\"output_tokens\":" + std::to_string(answer.output_tokens) + "}}";
}

}  // namespace agenthost::outbound
