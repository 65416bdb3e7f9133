// JsonSchema: rules for a JSON value: JSON Schema, the draft 4 vocabulary; newer keywords are not checked.
// Schemas may come from outside: one that would never end or explode is refused. Immutable.
#pragma once

#include <memory>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/json.hpp"

namespace agenthost {

class JsonSchema {
 public:
  // kInvalid unless it is an object whose references all lead into itself and end.
  [[nodiscard]] static Result<JsonSchema> parse(std::string_view text);
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  // kInvalid: `breaks "type" at #/tags/1 (schema #/properties/tags/items)`.
  [[nodiscard]] Status check(const JsonValue& value) const;

 private:
  struct Compiled;
  explicit JsonSchema(std::unique_ptr<const Compiled> compiled);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace agenthost
