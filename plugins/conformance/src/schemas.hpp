// Pieces of JSON Schema that the graphs share. Thread-safe: no state.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace conformance {

inline agent::Json object_schema(agent::Json properties) {
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"type", "object"},
          {"properties", std::move(properties)}};
}
inline agent::Json type_schema(const char* type) {
  return {{"type", type}};
}
inline agent::Json list_schema(agent::Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}
inline agent::Json enum_schema(const std::vector<std::string>& values) {
  return {{"type", "string"}, {"enum", values}};
}

}  // namespace conformance
