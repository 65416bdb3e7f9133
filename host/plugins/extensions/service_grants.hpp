// ServiceGrants: which of the operator's services a plugin may name (plugins.services, plugins.tools). Pure
// functions.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agenthost::extensions {

// Plugin id -> names; a plugin that is absent may name all.
using ServiceGrants = std::map<std::string, std::vector<std::string>>;

[[nodiscard]] inline bool may_name(const ServiceGrants& grants, const std::string& plugin_id,
                                   std::string_view name) {
  const auto found = grants.find(plugin_id);
  return found == grants.end() ||
         std::find(found->second.begin(), found->second.end(), name) != found->second.end();
}

}  // namespace agenthost::extensions
