// Projection: the `select` of searches: only these members of an object. Thread-safe function.
#pragma once

#include <algorithm>
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

// The same for a ThreadState, of whose values some may be asked for: "values.<channel>".
[[nodiscard]] inline std::string project_state(std::string state, std::vector<std::string> select) {
  constexpr std::string_view kValues = "values.";
  std::vector<std::string> channels;
  for (const auto& name : select) {
    if (name.compare(0, kValues.size(), kValues) == 0) channels.push_back(name.substr(kValues.size()));
  }
  const bool all = channels.empty() || std::find(select.begin(), select.end(), "values") != select.end();
  if (all) return project(std::move(state), select);
  const auto members = split_object(state);
  for (const auto& member : members ? *members : std::vector<JsonMember>{}) {
    if (member.key != "values") continue;
    state = merge_objects(state, "{\"values\":" + project(member.text, channels) + "}");
  }
  select.emplace_back("values");
  return project(std::move(state), select);
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
