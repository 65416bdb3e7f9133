// Projection: the `select` of searches: only these members of an object. Thread-safe function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/json.hpp"

namespace agenthost::routers {

// object: JSON object text. Empty select = everything.
[[nodiscard]] inline std::string project(std::string object, const std::vector<std::string>& select) {
  if (select.empty()) return object;
  const auto members = split_object(object);
  if (!members) return object;
  std::string out = "{";
  for (const auto& member : *members) {
    for (const auto& name : select) {
      if (name != member.key) continue;
      if (out.size() > 1) out += ',';
      out += quote(member.key) + ":" + member.text;
    }
  }
  return out + "}";
}

// [a,b,...] of JSON texts.
[[nodiscard]] inline std::string json_array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + "]";
}

}  // namespace agenthost::routers
