#include "host/base/json_schema.hpp"

#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

namespace agenthost {
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
      return fail(ErrorCode::kInvalid, "its references go round in a circle");
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
      return fail(ErrorCode::kInvalid, "$ref \"" + std::string(text) + "\" leads nowhere in the schema");
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
        return fail(ErrorCode::kInvalid, "a pattern repeats more than 1000 times");
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
    if (plain || encoded.empty()) {
      encoded += c;
    } else {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  reference.SetString(encoded, allocator);
}

std::string pointer_text(const rapidjson::Pointer& pointer) {
  rapidjson::StringBuffer buffer;
  pointer.StringifyUriFragment(buffer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

struct JsonSchema::Compiled {
  explicit Compiled(const JsonDocument& schema) : document(schema) {}
  rapidjson::SchemaDocument document;
};

JsonSchema::JsonSchema(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::parse(std::string_view text) {
  auto schema = parse_json(text);
  if (!schema) return fail(schema.error());
  if (!schema->IsObject()) return fail(ErrorCode::kInvalid, "must be a JSON object");
  encode_references(*schema, schema->GetAllocator());
  if (auto good = SchemaCheck(*schema).walk(*schema); !good) return fail(good.error());
  return JsonSchema(std::make_unique<const Compiled>(*schema));
}

Status JsonSchema::check(const JsonValue& value) const {
  rapidjson::SchemaValidator validator(compiled_->document);
  if (value.Accept(validator)) return {};
  return fail(ErrorCode::kInvalid, "breaks \"" + std::string(validator.GetInvalidSchemaKeyword()) + "\" at " +
                                       pointer_text(validator.GetInvalidDocumentPointer()) + " (schema " +
                                       pointer_text(validator.GetInvalidSchemaPointer()) + ")");
}

}  // namespace agenthost
