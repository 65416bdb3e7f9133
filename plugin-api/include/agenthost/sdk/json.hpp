// agent::Json: JSON for plugin authors, with value semantics (nlohmann::json). An object is thread-safe to
// read.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace agent {

using Json = nlohmann::json;

// The text of a value. Bytes that are not UTF-8 (scraped pages, cut strings) become U+FFFD instead of an
// exception.
[[nodiscard]] inline std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Parses text; `what` names it in the error ("the answer of tavily"). Throws agent::Error(kInvalid).
[[nodiscard]] Json parse_json(std::string_view text, std::string_view what = "JSON");

// Reads a value as T, strictly: a number is no string, 3.5 and -1 are no unsigned. Throws
// agent::Error(kInvalid).
template <class T>
[[nodiscard]] T read_as(const Json& value, std::string_view what);

}  // namespace agent

#include "agenthost/sdk/detail/json_read.hpp"
