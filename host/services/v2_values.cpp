#include "host/services/v2_values.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "host/base/json.hpp"

namespace agenthost::services {
namespace {

bool is_message(const JsonValue& value) {
  constexpr std::array<std::string_view, 6> kTypes{"human", "ai", "system", "tool", "function", "remove"};
  const auto type = string_member(value, "type");
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_empty(const JsonValue& value) {
  return value.IsNull() || (value.IsObject() && value.ObjectEmpty()) || (value.IsArray() && value.Empty());
}

// Members that say nothing, and those that only one provider understands, are left out.
bool is_noise(const JsonValue::Member& member) {
  constexpr std::array<std::string_view, 6> kWhenEmpty{
      "response_metadata", "tool_calls", "invalid_tool_calls", "name", "usage_metadata", "artifact"};
  const auto name = as_view(member.name);
  if (name == "additional_kwargs" || name == "example") return true;
  return is_empty(member.value) && std::find(kWhenEmpty.begin(), kWhenEmpty.end(), name) != kWhenEmpty.end();
}

std::string plain_message(const JsonValue& message) {
  std::string json = "{";
  for (const auto& member : message.GetObject()) {
    if (is_noise(member)) continue;
    json += (json.size() > 1 ? "," : "") + to_text(member.name) + ":" + to_text(member.value);
  }
  return json + "}";
}

// The channel's text in plain form, or nothing when it holds no messages.
std::optional<std::string> plain_messages(const std::string& text) {
  if (text.substr(0, 2) != "[{") return std::nullopt;
  const auto list = parse_json(text);
  if (!list || !std::all_of(list->Begin(), list->End(), is_message)) return std::nullopt;
  std::string json = "[";
  for (const auto& message : list->GetArray()) json += (json.size() > 1 ? "," : "") + plain_message(message);
  return json + "]";
}

}  // namespace

V2Values v2_values(const std::string& values) {
  const auto members = split_object(values);
  if (!members) return {values, std::nullopt};
  V2Values shown{"{", std::nullopt};
  for (const auto& member : *members) {
    if (member.key == "__interrupt__") {
      shown.interrupts = member.text;
      continue;
    }
    const auto messages = plain_messages(member.text);
    shown.json +=
        (shown.json.size() > 1 ? "," : "") + quote(member.key) + ":" + (messages ? *messages : member.text);
  }
  shown.json += "}";
  return shown;
}

}  // namespace agenthost::services
