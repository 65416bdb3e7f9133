#include "host/plugins/extensions/json_answer.hpp"

#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "host/base/json.hpp"
#include "host/plugins/extensions/url.hpp"

namespace agenthost::extensions {
namespace {

// Why a walk of our own before RapidJSON sees the schema: it follows circles of references until the stack
// ends, and expands counted repetitions of a pattern one by one.
class SchemaCheck {
 public:
  explicit SchemaCheck(const JsonValue& root) : root_(root) {}

  [[nodiscard]] Status walk(const JsonValue& value) {
    if (value.IsObject()) {
      if (auto good = visit(value); !good) return good;
      for (const auto& member : value.GetObject()) {
        if (auto good = walk(member.value); !good) return good;
      }
    } else if (value.IsArray()) {
      for (const auto& item : value.GetArray()) {
        if (auto good = walk(item); !good) return good;
      }
    }
    return {};
  }

 private:
  enum class Mark { kOpen, kDone };

  // Follows what applies to the same value ($ref, allOf, ...): that must end. Nesting through properties and
  // items may recur, since every step eats a level of the answer.
  [[nodiscard]] Status visit(const JsonValue& schema) {
    if (!schema.IsObject()) return {};
    const auto [entry, fresh] = marks_.emplace(&schema, Mark::kOpen);
    if (!fresh) {
      if (entry->second == Mark::kDone) return {};
      return fail(ErrorCode::kInvalid, "response_schema: its references go round in a circle");
    }
    if (auto good = visit_reference(schema); !good) return good;
    if (auto good = check_patterns(schema); !good) return good;
    constexpr std::array<std::string_view, 3> kLists{"allOf", "anyOf", "oneOf"};
    for (const auto key : kLists) {
      const auto* list = find_member(schema, key);
      if (list == nullptr || !list->IsArray()) continue;
      for (const auto& item : list->GetArray()) {
        if (auto good = visit(item); !good) return good;
      }
    }
    if (const auto* negated = find_member(schema, "not")) {
      if (auto good = visit(*negated); !good) return good;
    }
    if (const auto* dependencies = find_member(schema, "dependencies");
        dependencies && dependencies->IsObject()) {
      for (const auto& item : dependencies->GetObject()) {
        if (auto good = visit(item.value); !good) return good;
      }
    }
    marks_[&schema] = Mark::kDone;
    return {};
  }

  [[nodiscard]] Status visit_reference(const JsonValue& schema) {
    const auto* reference = find_member(schema, "$ref");
    if (reference == nullptr || !reference->IsString()) return {};
    const auto text = as_view(*reference);
    const rapidjson::Pointer pointer(text.data(), text.size());
    const auto* target = text.substr(0, 1) == "#" && pointer.IsValid() ? pointer.Get(root_) : nullptr;
    if (target == nullptr) {
      return fail(ErrorCode::kInvalid,
                  "response_schema: $ref \"" + std::string(text) + "\" leads nowhere in the schema");
    }
    return visit(*target);
  }

  [[nodiscard]] static Status check_patterns(const JsonValue& schema) {
    if (auto good = check_pattern(string_member(schema, "pattern")); !good) return good;
    const auto* named = find_member(schema, "patternProperties");
    if (named == nullptr || !named->IsObject()) return {};
    for (const auto& member : named->GetObject()) {
      if (auto good = check_pattern(as_view(member.name)); !good) return good;
    }
    return {};
  }

  [[nodiscard]] static Status check_pattern(std::string_view pattern) {
    constexpr std::uint64_t kMaxExpansion = 1000;
    std::uint64_t expansion = 1;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] != '{') continue;
      std::uint64_t largest = 1;
      std::uint64_t number = 0;
      for (++i; i < pattern.size() && pattern[i] != '}'; ++i) {
        const bool digit = std::isdigit(static_cast<unsigned char>(pattern[i])) != 0;
        number =
            digit ? std::min(number * 10 + static_cast<unsigned>(pattern[i] - '0'), kMaxExpansion + 1) : 0;
        largest = std::max(largest, number);
      }
      expansion *= largest;
      if (expansion > kMaxExpansion) {
        return fail(ErrorCode::kInvalid, "response_schema: a pattern repeats more than 1000 times");
      }
    }
    return {};
  }

  const JsonValue& root_;
  std::map<const JsonValue*, Mark> marks_;
};

// RapidJSON reads a reference only when everything unusual in it is percent-encoded, as in "#/%24defs/node".
void encode_references(JsonValue& value, JsonDocument::AllocatorType& allocator) {
  constexpr std::string_view kPlain = "-._~/%";
  if (value.IsArray()) {
    for (auto& item : value.GetArray()) encode_references(item, allocator);
  }
  if (!value.IsObject()) return;
  // By index: clang 14 finds RapidJSON's mutable iterators ambiguous to compare.
  for (rapidjson::SizeType i = 0; i < value.MemberCount(); ++i) {
    encode_references((value.MemberBegin() + static_cast<std::ptrdiff_t>(i))->value, allocator);
  }
  if (!value.HasMember("$ref") || !value["$ref"].IsString()) return;
  auto& reference = value["$ref"];
  std::string encoded;
  for (const char c : as_view(reference)) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != std::string_view::npos;
    encoded += plain || encoded.empty() ? std::string(1, c) : percent_encoded(c);
  }
  reference.SetString(encoded, allocator);
}

Result<JsonDocument> parse_schema(std::string_view schema) {
  auto document = parse_json(schema);
  if (!document) return fail(ErrorCode::kInvalid, "response_schema: " + document.error().text);
  if (!document->IsObject()) return fail(ErrorCode::kInvalid, "response_schema must be a JSON object");
  encode_references(*document, document->GetAllocator());
  if (auto good = SchemaCheck(*document).walk(*document); !good) return fail(good.error());
  return document;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
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

std::string pointer_text(const rapidjson::Pointer& pointer) {
  rapidjson::StringBuffer buffer;
  pointer.StringifyUriFragment(buffer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

Status check_schema(std::string_view schema) {
  const auto document = parse_schema(schema);
  if (!document) return fail(document.error());
  return {};
}

Result<std::string> validated_json(std::string_view content, std::string_view schema) {
  const auto rules = parse_schema(schema);
  if (!rules) return fail(rules.error());
  const auto value = find_json(content);
  if (!value) return fail(value.error());
  const rapidjson::SchemaDocument compiled(*rules);
  rapidjson::SchemaValidator validator(compiled);
  if (!value->Accept(validator)) {
    return fail(ErrorCode::kInvalid, "the answer breaks \"" +
                                         std::string(validator.GetInvalidSchemaKeyword()) + "\" at " +
                                         pointer_text(validator.GetInvalidDocumentPointer()) + " (schema " +
                                         pointer_text(validator.GetInvalidSchemaPointer()) + ")");
  }
  return to_text(*value);
}

}  // namespace agenthost::extensions
