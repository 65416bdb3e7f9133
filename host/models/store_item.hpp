// StoreItem: a JSON object that agents keep across threads, under a namespace and a key. Immutable value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/ids.hpp"
#include "host/base/json.hpp"

namespace agenthost::models {

// A path of labels, from the widest to the narrowest: {"users", "42", "memories"}.
using Namespace = std::vector<std::string>;

struct StoreItem {
  Namespace name_space;
  std::string key;
  std::string value = "{}";  // JSON object text
  Micros created_at = 0;
  Micros updated_at = 0;
  bool expires = false;  // whether it has a time to live
};

// The Item object of the API.
[[nodiscard]] std::string to_json(const StoreItem& item);
// ["a","b"]
[[nodiscard]] std::string to_json(const Namespace& name_space);

// A label is not empty and has neither periods nor control characters. kInvalid says which is wrong.
[[nodiscard]] Status check_labels(const Namespace& name_space);
// What an item may be stored under: good labels, at least one, and not the library's own "langgraph".
[[nodiscard]] Status check_own_namespace(const Namespace& name_space);

// Whether an item's value passes a filter: {"field": value} asks for equality, {"field": {"$op": value}} for
// $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin or $exists; several conditions must all hold. A field that is
// absent counts as null. Ordering compares numbers with numbers and texts with texts; anything else, and an
// operator nobody knows, matches nothing.
[[nodiscard]] bool matches_filter(const JsonValue& value, const JsonValue& filter);

}  // namespace agenthost::models
