#include "host/outbound/json_answer.hpp"

#include "host/base/json_schema.hpp"
#include "host/base/text.hpp"

namespace agenthost::outbound {
namespace {

Result<JsonSchema> parse_schema(std::string_view text) {
  auto schema = JsonSchema::parse(text);
  if (!schema) return fail(ErrorCode::kInvalid, "response_schema: " + schema.error().text);
  return schema;
}

// What stands between ```json and ```, or all of it.
std::string_view unfenced(std::string_view text) {
  const auto open = text.find("```");
  if (open == std::string_view::npos) return text;
  const auto line_end = text.find('\n', open);
  if (line_end == std::string_view::npos) return text;
  const auto close = text.find("```", line_end);
  return text.substr(line_end + 1, close == std::string_view::npos ? close : close - line_end - 1);
}

// From the first bracket to the last one that could close it.
std::string_view between_brackets(std::string_view text) {
  const auto open = text.find_first_of("{[");
  if (open == std::string_view::npos) return {};
  const auto close = text.rfind(text[open] == '{' ? '}' : ']');
  if (close == std::string_view::npos || close < open) return {};
  return text.substr(open, close - open + 1);
}

Result<JsonDocument> find_json(std::string_view content) {
  auto whole = parse_json(trimmed(content));
  if (whole) return whole;
  if (auto fenced = parse_json(trimmed(unfenced(content)))) return fenced;
  if (auto embedded = parse_json(between_brackets(content))) return embedded;
  return fail(ErrorCode::kInvalid, "the answer is not JSON: " + whole.error().text);
}

}  // namespace

Status check_schema(std::string_view schema) {
  const auto rules = parse_schema(schema);
  if (!rules) return fail(rules.error());
  return {};
}

Result<std::string> validated_json(std::string_view content, std::string_view schema) {
  const auto rules = parse_schema(schema);
  if (!rules) return fail(rules.error());
  const auto value = find_json(content);
  if (!value) return fail(value.error());
  if (const auto good = rules->check(*value); !good)
    return fail(ErrorCode::kInvalid, "the answer " + good.error().text);
  return to_text(*value);
}

}  // namespace agenthost::outbound
