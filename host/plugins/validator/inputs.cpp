#include "host/plugins/validator/inputs.hpp"

#include <array>

#include "host/base/json.hpp"

namespace agenthost::plugins::validator {
namespace {

constexpr unsigned kMaxDepth = 4;

// The value a schema asks for, in its plainest form; empty when the schema does not say.
std::string plain_value(const JsonValue& schema, unsigned depth = 0) {
  for (const auto* member : {"default", "const", "example"}) {
    if (const auto* value = find_member(schema, member)) return to_text(*value);
  }
  for (const auto* member : {"examples", "enum"}) {
    const auto* values = find_member(schema, member);
    if (values != nullptr && values->IsArray() && !values->Empty()) return to_text((*values)[0]);
  }
  const auto type = string_member(schema, "type");
  if (type == "string") return "\"text\"";
  if (type == "integer" || type == "number") return "1";
  if (type == "boolean") return "true";
  if (type == "array") return "[]";
  if (type != "object" || depth > kMaxDepth) return type == "object" ? "{}" : "";
  std::string members;
  if (const auto* properties = find_member(schema, "properties"); properties && properties->IsObject()) {
    for (const auto& property : properties->GetObject()) {
      const auto value = plain_value(property.value, depth + 1);
      if (value.empty()) continue;
      members += (members.empty() ? "" : ",") + quote(as_view(property.name)) + ":" + value;
    }
  }
  return "{" + members + "}";
}

std::string described_value(const std::string& schema_text, const std::string& channel) {
  const auto schema = parse_json(schema_text);
  if (!schema) return {};
  const auto* properties = find_member(*schema, "properties");
  const auto* property = properties == nullptr ? nullptr : find_member(*properties, channel);
  return property == nullptr ? "" : plain_value(*property);
}

std::string plain_channel(const runtime::Graph& graph, const runtime::Channel& channel) {
  if (channel.reducer == runtime::Reducer::kMessages) {
    return R"([{"id":"m1","type":"human","content":"Hello, what can you do?"}])";
  }
  if (channel.initial != nullptr) return *channel.initial;
  if (auto value = described_value(graph.schemas().input, channel.name); !value.empty()) return value;
  return described_value(graph.schemas().state, channel.name);
}

}  // namespace

std::string plain_state(const runtime::Graph& graph) {
  std::string members;
  for (const auto& channel : graph.channels()) {
    const auto value = plain_channel(graph, channel);
    if (!value.empty()) members += (members.empty() ? "" : ",") + quote(channel.name) + ":" + value;
  }
  return "{" + members + "}";
}

std::string Inputs::wild_state(const runtime::Graph& graph) {
  std::string members;
  for (const auto& channel : graph.channels()) {
    if (below(5) == 0) continue;
    const bool talks = channel.reducer == runtime::Reducer::kMessages && below(3) != 0;
    members +=
        (members.empty() ? "" : ",") + quote(channel.name) + ":" + (talks ? wild_messages() : wild_value());
  }
  return "{" + members + "}";
}

std::string Inputs::wild_value(unsigned depth) {
  switch (below(depth < kMaxDepth ? 8 : 6)) {
    case 0:
      return "null";
    case 1:
      return below(2) == 0 ? "true" : "false";
    case 2:
    case 3:
      return wild_number();
    case 4:
    case 5:
      return wild_text();
    case 6: {
      std::string elements;
      for (auto left = below(4); left > 0; --left)
        elements += (elements.empty() ? "" : ",") + wild_value(depth + 1);
      return "[" + elements + "]";
    }
    default: {
      std::string members;
      for (auto left = below(4); left > 0; --left)
        members += (members.empty() ? "" : ",") + wild_text() + ":" + wild_value(depth + 1);
      return "{" + members + "}";
    }
  }
}

// Messages of every kind, each member of which may be missing or of another type.
std::string Inputs::wild_messages() {
  constexpr std::array<const char*, 5> kTypes{"\"human\"", "\"ai\"", "\"tool\"", "\"system\"", "\"nobody\""};
  std::string list;
  for (auto left = below(4); left > 0; --left) {
    std::string message = "{\"id\":" + (below(5) == 0 ? wild_value() : quote("m" + std::to_string(left)));
    if (below(6) != 0) message += std::string(",\"type\":") + kTypes[below(kTypes.size())];
    if (below(6) != 0) message += ",\"content\":" + (below(3) == 0 ? wild_value() : wild_text());
    if (below(3) == 0) message += ",\"tool_calls\":" + wild_value();
    list += (list.empty() ? "" : ",") + message + "}";
  }
  return "[" + list + "]";
}

std::string Inputs::wild_number() {
  constexpr std::array<const char*, 8> kNumbers{
      "0", "-1", "1", "2147483648", "-9223372036854775808", "1e308", "-0.001", "1e-320"};
  return below(3) == 0 ? std::to_string(below(1'000)) : kNumbers[below(kNumbers.size())];
}

std::string Inputs::wild_text() {
  switch (below(7)) {
    case 0:
      return "\"\"";
    case 1:
      return "\"\\u0000\\u001f\"";
    case 2:
      return "\"\xC3\xA1\xE2\x82\xAC\xF0\x9F\x8D\x8E \\ud83c\\udf4e\"";
    case 3:
      return quote(std::string(below(20'000), 'x'));
    case 4:
      return "\"../../etc/passwd; %s%n ' OR 1=1 --\"";
    default:
      return quote("text " + std::to_string(below(100)));
  }
}

}  // namespace agenthost::plugins::validator
