// A YAML value as JSON text, by YAML's core rules: plain true, null and numbers keep their type, quoted
// scalars are strings. Bounded in depth and size, so that a page of aliases cannot grow without end. A pure
// function: thread-safe.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "host/base/error.hpp"

namespace agenthost::plugins {

// What is wrong, and where it stands.
struct YamlProblem {
  YAML::Mark at;
  std::string text;
};

[[nodiscard]] tl::expected<std::string, YamlProblem> yaml_to_json(const YAML::Node& node);

}  // namespace agenthost::plugins
