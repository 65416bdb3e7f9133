#include "host/settings/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "host/settings/keys.hpp"
#include "host/settings/text_value.hpp"
#include "host/settings/yaml_reader.hpp"

namespace agenthost::settings {
namespace {

constexpr std::string_view kPrefix = "AGENTHOST_";

// AGENTHOST_LIVE and the like are the operator's own names for ${}.
bool is_override(std::string_view name) {
  return name.substr(0, kPrefix.size()) == kPrefix &&
         name.find("__", kPrefix.size()) != std::string_view::npos;
}

// settings.services cannot be named with a section, so it cannot be overridden as a whole.
std::string unknown_variable(const std::string& name, const std::vector<Key>& keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  // Without what all of them share, which would make short names look alike.
  for (const auto& key : keys) names.push_back(environment_name(key.path).substr(kPrefix.size()));
  const auto meant = nearest(std::string_view(name).substr(kPrefix.size()), names);
  return name + ": unknown key" +
         (meant ? "; did you mean " + std::string(kPrefix) + *meant + "?"
                : "; docs/configuration.md lists the known ones");
}

void apply(const std::string& name, const std::string& text, const Key& key,
           std::vector<std::string>& problems) {
  if (is_scalar(key.target)) {
    if (const auto wrong = assign_text(key, text))
      problems.push_back(fmt::format("{}: {}: {}", name, key.path, *wrong));
  } else if (auto* const* list = std::get_if<std::vector<std::string>*>(&key.target)) {
    **list = split_list(text);
  } else {
    YamlReader(name, nullptr, problems).read_value(text, key);
  }
}

}  // namespace

void apply_environment(const std::map<std::string, std::string>& environment, Settings& settings,
                       std::vector<std::string>& problems) {
  for (const auto& [name, text] : environment) {
    if (!is_override(name)) continue;
    // Why anew each time: an override of a whole map may have added entries.
    const auto keys = all_keys_of(settings);
    const auto key = std::find_if(keys.begin(), keys.end(), [&wanted = name](const Key& k) {
      return environment_name(k.path) == wanted;
    });
    if (key == keys.end()) {
      problems.push_back(unknown_variable(name, keys));
    } else {
      apply(name, text, *key, problems);
    }
  }
}

}  // namespace agenthost::settings
