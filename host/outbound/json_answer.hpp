// A model's answer as JSON: found in its prose, checked against a JSON Schema. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.hpp"

namespace agenthost::outbound {

// The JSON value in `content` (bare, in a code fence, or surrounded by words) as compact text, when it
// validates against `schema` (JSON Schema, the draft 4 vocabulary; newer keywords are not checked). kInvalid
// says where it fails, in words that also help the model to repair it.
[[nodiscard]] Result<std::string> validated_json(std::string_view content, std::string_view schema);

// Whether `schema` can be used at all: an object whose references all lead into itself and end.
[[nodiscard]] Status check_schema(std::string_view schema);

}  // namespace agenthost::outbound
