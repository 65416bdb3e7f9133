// Environment overrides: AGENTHOST_SERVER__PORT=9000 for server.port. A pure function of its arguments,
// thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/settings/settings.hpp"

namespace agenthost::settings {

// Applies every AGENTHOST_x__y of the environment. Lists are comma separated, maps are YAML flow text ({a:
// b}); keys of services and models can be set one by one where the entry exists already. Values are taken as
// they are, without ${}.
void apply_environment(const std::map<std::string, std::string>& environment, Settings& settings,
                       std::vector<std::string>& problems);

}  // namespace agenthost::settings
