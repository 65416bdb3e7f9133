// Google Gemini: models/{model}:generateContent and :streamGenerateContent?alt=sse.
#include <algorithm>
#include <array>

#include "host/outbound/endpoint.hpp"
#include "host/outbound/llm_provider.hpp"

namespace agenthost::outbound {
namespace {

using Allocator = JsonDocument::AllocatorType;

// responseSchema knows a part of JSON Schema. What it does not know is left out: the answer is validated here
// anyway.
constexpr std::array<std::string_view, 16> kSchemaKeys{
    "type",  "title",    "description", "nullable", "enum",    "items",     "minItems",  "maxItems",
    "anyOf", "required", "properties",  "minimum",  "maximum", "minLength", "maxLength", "propertyOrdering"};

JsonValue reduced_schema(const JsonValue& schema, Allocator& allocator);

JsonValue reduced_properties(const JsonValue& properties, Allocator& allocator) {
  JsonValue out(rapidjson::kObjectType);
  for (const auto& member : properties.GetObject()) {
    out.AddMember(JsonValue(member.name, allocator), reduced_schema(member.value, allocator), allocator);
  }
  return out;
}

// {"type":["string","null"]} is {"type":"string","nullable":true} there. A wider union is left out.
void add_type(JsonValue& out, const JsonValue& type, Allocator& allocator) {
  if (type.IsString()) out.AddMember("type", JsonValue(type, allocator), allocator);
  if (!type.IsArray() || type.Size() != 2) return;
  const bool first_null = type[0] == "null";
  if (!first_null && type[1] != "null") return;
  out.AddMember("type", JsonValue(type[first_null ? 1 : 0], allocator), allocator);
  out.AddMember("nullable", true, allocator);
}

JsonValue reduced_schema(const JsonValue& schema, Allocator& allocator) {
  JsonValue out(rapidjson::kObjectType);
  if (!schema.IsObject()) return out;
  for (const auto& member : schema.GetObject()) {
    const auto key = as_view(member.name);
    if (std::find(kSchemaKeys.begin(), kSchemaKeys.end(), key) == kSchemaKeys.end()) continue;
    if (key == "type") {
      add_type(out, member.value, allocator);
      continue;
    }
    JsonValue value;
    if (key == "properties" && member.value.IsObject()) {
      value = reduced_properties(member.value, allocator);
    } else if (key == "items") {
      value = reduced_schema(member.value, allocator);
    } else if (key == "anyOf" && member.value.IsArray()) {
      value.SetArray();
      for (const auto& item : member.value.GetArray())
        value.PushBack(reduced_schema(item, allocator), allocator);
    } else {
      value.CopyFrom(member.value, allocator);
    }
    out.AddMember(JsonValue(member.name, allocator), value, allocator);
  }
  return out;
}

// References cannot be written there; then the MIME type and the instruction must do.
std::string response_schema(const std::string& schema) {
  auto document = parse_json(schema);
  if (!document || schema.find("\"$ref\"") != std::string::npos) return {};
  return to_text(reduced_schema(*document, document->GetAllocator()));
}

std::string turn(std::string_view role, const std::string& text) {
  return "{\"role\":\"" + std::string(role) + "\",\"parts\":[{\"text\":" + quote(text) + "}]}";
}

std::string finish_word(std::string_view reason) {
  if (reason == "STOP") return "stop";
  if (reason == "MAX_TOKENS") return "length";
  constexpr std::array<std::string_view, 5> kFiltered{"SAFETY", "RECITATION", "BLOCKLIST",
                                                      "PROHIBITED_CONTENT", "SPII"};
  if (std::find(kFiltered.begin(), kFiltered.end(), reason) != kFiltered.end()) return "content_filter";
  return lower_case(reason);
}

class Gemini final : public LlmProvider {
 public:
  settings::Service service(const settings::LlmModel& model) const override {
    settings::Service service;
    service.base_url =
        model.base_url.empty() ? "https://generativelanguage.googleapis.com/v1beta" : model.base_url;
    if (!model.api_key.empty()) service.headers["x-goog-api-key"] = model.api_key;
    return service;
  }

  std::string path(const settings::LlmModel& model, bool stream) const override {
    const bool qualified = model.model.find('/') != std::string::npos;  // "tunedModels/x"
    return (qualified ? "" : "models/") + model.model +
           (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  }

  std::string body(const settings::LlmModel& model, const LlmRequest& request) const override {
    std::string contents;
    for (const auto& message : request.messages) {
      if (message.role == "system") continue;
      contents += (contents.empty() ? "" : ",") +
                  turn(message.role == "assistant" ? "model" : "user", message.content);
    }
    const auto system = system_text(request);
    return "{" +
           (system.empty() ? "" : "\"systemInstruction\":{\"parts\":[{\"text\":" + quote(system) + "}]},") +
           "\"contents\":[" + contents + "],\"generationConfig\":" + generation_config(model, request) + "}";
  }

  Status read_answer(const JsonValue& body, LlmAnswer& answer) const override {
    if (auto read = read_event(body, answer, answer.content); !read) return read;
    if (find_member(body, "candidates") == nullptr)
      return fail(ErrorCode::kUnavailable, "the answer holds no candidates");
    return {};
  }

  Status read_event(const JsonValue& data, LlmAnswer& answer, std::string& delta) const override {
    if (const auto* feedback = find_member(data, "promptFeedback")) {
      if (const auto reason = string_member(*feedback, "blockReason"); !reason.empty()) {
        return fail(ErrorCode::kInvalid, "the prompt was refused: " + std::string(reason));
      }
    }
    if (const auto* usage = find_member(data, "usageMetadata")) {
      answer.input_tokens = count_member(*usage, "promptTokenCount");
      answer.output_tokens =
          count_member(*usage, "candidatesTokenCount") + count_member(*usage, "thoughtsTokenCount");
    }
    const auto* candidates = find_member(data, "candidates");
    if (candidates == nullptr || !candidates->IsArray() || candidates->Empty()) return {};
    read_candidate((*candidates)[0], answer, delta);
    return {};
  }

 private:
  static std::string generation_config(const settings::LlmModel& model, const LlmRequest& request) {
    JsonDocument config(rapidjson::kObjectType);
    auto& allocator = config.GetAllocator();
    config.AddMember("temperature", request.temperature.value_or(model.temperature), allocator);
    config.AddMember("maxOutputTokens", request.max_tokens.value_or(model.max_tokens), allocator);
    auto text = to_text(config);
    if (request.response_schema.empty()) return text;
    const auto schema = response_schema(request.response_schema);
    text.pop_back();
    return text + ",\"responseMimeType\":\"application/json\"" +
           (schema.empty() ? "" : ",\"responseSchema\":" + schema) + "}";
  }

  static void read_candidate(const JsonValue& candidate, LlmAnswer& answer, std::string& delta) {
    if (const auto reason = string_member(candidate, "finishReason"); !reason.empty()) {
      answer.finish_reason = finish_word(reason);
    }
    const auto* content = find_member(candidate, "content");
    const auto* parts = content != nullptr ? find_member(*content, "parts") : nullptr;
    if (parts == nullptr || !parts->IsArray()) return;
    for (const auto& part : parts->GetArray()) {
      const auto* thought = find_member(part, "thought");
      if (thought == nullptr || !thought->IsTrue()) delta += string_member(part, "text");
    }
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_gemini() {
  return std::make_unique<Gemini>();
}

}  // namespace agenthost::outbound
