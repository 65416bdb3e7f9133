// JSON for the whole host: RapidJSON behind limits, plus blobs that cross the runtime unparsed.
//
// Text that came from outside is read with parse_json or split_object, both of which stop at kMaxJsonDepth
// (so no stack overflows), validate UTF-8 and refuse trailing bytes. Functions are thread-safe.
#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost {

// Deeper input is refused: no real agent state comes near, and every later walk may then recurse safely.
inline constexpr unsigned kMaxJsonDepth = 200;

using JsonValue = rapidjson::Value;

// A RapidJSON document whose pool starts small: RapidJSON's own takes 64 kB at once, which costs more than
// parsing a request.
class JsonDocument : public rapidjson::Document {
 public:
  JsonDocument() : JsonDocument(std::make_unique<AllocatorType>(kFirstChunk)) {}
  explicit JsonDocument(rapidjson::Type type) : JsonDocument() { JsonValue(type).Swap(*this); }

 private:
  static constexpr std::size_t kFirstChunk = 2'048;

  explicit JsonDocument(std::unique_ptr<AllocatorType> pool)
      : rapidjson::Document(pool.get()), pool_(std::move(pool)) {}

  // Freed before the values, which is fine: values of a pool free nothing.
  std::unique_ptr<AllocatorType> pool_;
};

// One immutable JSON text, shared by checkpoints, streams and node inputs without copying.
// Shared because: a channel's value belongs to every checkpoint and event that shows it.
using JsonBlob = std::shared_ptr<const std::string>;

[[nodiscard]] inline JsonBlob make_blob(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// Parses text. The error says where: "line 3, column 7: ...". Code kInvalid.
[[nodiscard]] Result<JsonDocument> parse_json(std::string_view text);

// One member of an object, as its compact source text on a single line.
struct JsonMember {
  std::string key;
  std::string text;
};

// The members of a JSON object without building a tree: validates all of it, copies each value's text.
// kInvalid when text is not a JSON object. A repeated key keeps its last value.
[[nodiscard]] Result<std::vector<JsonMember>> split_object(std::string_view text);

// Compact text on one line.
[[nodiscard]] std::string to_text(const JsonValue& value);
// The object that split_object took apart.
[[nodiscard]] std::string to_text(const std::vector<JsonMember>& members);

// "text" with quotes and escapes.
[[nodiscard]] std::string quote(std::string_view text);

// Whether quote() changes anything between the quotes.
[[nodiscard]] bool needs_escape(std::string_view text);

// A member of an object, or nullptr when value is no object or has no such member, or the member is null.
[[nodiscard]] const JsonValue* find_member(const JsonValue& value, std::string_view key);

// A string member as a view, or `fallback`.
[[nodiscard]] std::string_view string_member(const JsonValue& value, std::string_view key,
                                             std::string_view fallback = {});

[[nodiscard]] inline std::string_view as_view(const JsonValue& value) {
  return {value.GetString(), value.GetStringLength()};
}

// JSONB-style containment: every member of `pattern` is in `value` (objects recursively; a pattern array's
// elements each occur somewhere in the value's array; scalars equal).
[[nodiscard]] bool contains(const JsonValue& value, const JsonValue& pattern);

// Later wins, top level only; both must be JSON object texts (empty = {}).
[[nodiscard]] std::string merge_objects(std::string_view base, std::string_view overlay);

}  // namespace agenthost
