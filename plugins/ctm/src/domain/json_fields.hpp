// Reads fields of JSON from outside without trusting its shape: what is missing or of another type is simply
// empty. Immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ctm {

// The member, or null when there is none (or `object` is no object).
[[nodiscard]] const agent::Json& field(const agent::Json& object, std::string_view key);
// A string as it is, a number as text, anything else "".
[[nodiscard]] std::string text_of(const agent::Json& value);
[[nodiscard]] std::string text_field(const agent::Json& object, std::string_view key);
// The texts of a list; a single string is a list of one.
[[nodiscard]] std::vector<std::string> texts_of(const agent::Json& value);
[[nodiscard]] long integer_field(const agent::Json& object, std::string_view key, long fallback);

}  // namespace ctm
