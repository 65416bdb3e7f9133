// Anthropic's messages API.
#include "host/outbound/llm_provider.hpp"

namespace agenthost::outbound {
namespace {

std::string finish_word(std::string_view reason) {
  if (reason == "end_turn" || reason == "stop_sequence") return "stop";
  if (reason == "max_tokens") return "length";
  if (reason == "refusal") return "content_filter";
  return std::string(reason);
}

class Anthropic final : public LlmProvider {
 public:
  settings::Service service(const settings::LlmModel& model) const override {
    settings::Service service;
    service.base_url = model.base_url.empty() ? "https://api.anthropic.com/v1" : model.base_url;
    service.headers["anthropic-version"] = "2023-06-01";
    if (!model.api_key.empty()) service.headers["x-api-key"] = model.api_key;
    return service;
  }

  std::string path(const settings::LlmModel&, bool) const override { return "messages"; }

  std::string body(const settings::LlmModel& model, const LlmRequest& request) const override {
    JsonDocument json(rapidjson::kObjectType);
    auto& allocator = json.GetAllocator();
    json.AddMember("model", JsonValue(model.model, allocator), allocator);
    json.AddMember("max_tokens", request.max_tokens.value_or(model.max_tokens), allocator);
    json.AddMember("temperature", request.temperature.value_or(model.temperature), allocator);
    if (const auto system = system_text(request); !system.empty()) {
      json.AddMember("system", JsonValue(system, allocator), allocator);
    }
    JsonValue messages(rapidjson::kArrayType);
    for (const auto& message : request.messages) {
      if (message.role == "system") continue;
      JsonValue item(rapidjson::kObjectType);
      item.AddMember("role", JsonValue(message.role, allocator), allocator);
      item.AddMember("content", JsonValue(message.content, allocator), allocator);
      messages.PushBack(item, allocator);
    }
    json.AddMember("messages", messages, allocator);
    if (request.stream) json.AddMember("stream", true, allocator);
    return to_text(json);
  }

  Status read_answer(const JsonValue& body, LlmAnswer& answer) const override {
    const auto* blocks = find_member(body, "content");
    if (blocks == nullptr || !blocks->IsArray())
      return fail(ErrorCode::kUnavailable, "the answer holds no content");
    for (const auto& block : blocks->GetArray()) {
      if (string_member(block, "type") == "text") answer.content += string_member(block, "text");
    }
    answer.finish_reason = finish_word(string_member(body, "stop_reason"));
    read_usage(body, answer);
    return {};
  }

  Status read_event(const JsonValue& data, LlmAnswer& answer, std::string& delta) const override {
    const auto type = string_member(data, "type");
    if (type == "message_start") {
      if (const auto* message = find_member(data, "message")) read_usage(*message, answer);
    } else if (type == "content_block_delta") {
      const auto* part = find_member(data, "delta");
      if (part != nullptr && string_member(*part, "type") == "text_delta")
        delta += string_member(*part, "text");
    } else if (type == "message_delta") {
      read_usage(data, answer);
      const auto* part = find_member(data, "delta");
      const auto reason = part != nullptr ? string_member(*part, "stop_reason") : std::string_view{};
      if (!reason.empty()) answer.finish_reason = finish_word(reason);
    }
    return {};
  }

 private:
  // message_start knows the input, message_delta the output: each updates what it mentions.
  static void read_usage(const JsonValue& holder, LlmAnswer& answer) {
    const auto* usage = find_member(holder, "usage");
    if (usage == nullptr) return;
    if (find_member(*usage, "input_tokens") != nullptr)
      answer.input_tokens = count_member(*usage, "input_tokens");
    if (find_member(*usage, "output_tokens") != nullptr)
      answer.output_tokens = count_member(*usage, "output_tokens");
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_anthropic() {
  return std::make_unique<Anthropic>();
}

}  // namespace agenthost::outbound
