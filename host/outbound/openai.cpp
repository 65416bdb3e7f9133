// OpenAI's chat/completions, which Ollama, vLLM, LM Studio and many others speak as well.
#include "host/outbound/llm_provider.hpp"

namespace agenthost::outbound {
namespace {

class OpenAi final : public LlmProvider {
 public:
  settings::Service service(const settings::LlmModel& model) const override {
    settings::Service service;
    service.base_url = model.base_url.empty() ? "https://api.openai.com/v1" : model.base_url;
    if (!model.api_key.empty()) service.headers["authorization"] = "Bearer " + model.api_key;
    return service;
  }

  std::string path(const settings::LlmModel&, bool) const override { return "chat/completions"; }

  std::string body(const settings::LlmModel& model, const LlmRequest& request) const override {
    JsonDocument json(rapidjson::kObjectType);
    auto& allocator = json.GetAllocator();
    json.AddMember("model", JsonValue(model.model, allocator), allocator);
    JsonValue messages(rapidjson::kArrayType);
    for (const auto& message : request.messages) {
      JsonValue item(rapidjson::kObjectType);
      item.AddMember("role", JsonValue(message.role, allocator), allocator);
      item.AddMember("content", JsonValue(message.content, allocator), allocator);
      messages.PushBack(item, allocator);
    }
    json.AddMember("messages", messages, allocator);
    json.AddMember("temperature", request.temperature.value_or(model.temperature), allocator);
    // OpenAI's newer models know only the long name, everybody else's servers only the short one.
    const char* const limit = model.base_url.empty() ? "max_completion_tokens" : "max_tokens";
    json.AddMember(rapidjson::StringRef(limit), request.max_tokens.value_or(model.max_tokens), allocator);
    auto text = to_text(json);
    text.pop_back();
    if (request.stream) text += R"(,"stream":true,"stream_options":{"include_usage":true})";
    if (!request.response_schema.empty()) {
      text +=
          R"(,"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":false,"schema":)" +
          request.response_schema + "}}";
    }
    return text + "}";
  }

  Status read_answer(const JsonValue& body, LlmAnswer& answer) const override {
    read_usage(body, answer);
    const auto* choice = first_choice(body);
    const auto* message = choice != nullptr ? find_member(*choice, "message") : nullptr;
    if (message == nullptr) return fail(ErrorCode::kUnavailable, "the answer holds no choices");
    if (const auto refusal = string_member(*message, "refusal"); !refusal.empty()) {
      return fail(ErrorCode::kInvalid, "the model refused: " + std::string(refusal));
    }
    answer.content = string_member(*message, "content");
    answer.finish_reason = string_member(*choice, "finish_reason");
    return {};
  }

  Status read_event(const JsonValue& data, LlmAnswer& answer, std::string& delta) const override {
    read_usage(data, answer);
    const auto* choice = first_choice(data);  // none in the last one, which carries the usage
    if (choice == nullptr) return {};
    if (const auto reason = string_member(*choice, "finish_reason"); !reason.empty())
      answer.finish_reason = reason;
    if (const auto* part = find_member(*choice, "delta")) delta += string_member(*part, "content");
    return {};
  }

 private:
  static const JsonValue* first_choice(const JsonValue& body) {
    const auto* choices = find_member(body, "choices");
    return choices != nullptr && choices->IsArray() && !choices->Empty() ? &(*choices)[0] : nullptr;
  }

  static void read_usage(const JsonValue& body, LlmAnswer& answer) {
    const auto* usage = find_member(body, "usage");
    if (usage == nullptr) return;
    answer.input_tokens = count_member(*usage, "prompt_tokens");
    answer.output_tokens = count_member(*usage, "completion_tokens");
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_openai() {
  return std::make_unique<OpenAi>();
}

}  // namespace agenthost::outbound
