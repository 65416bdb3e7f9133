// Which request headers a run finds in config.configurable, by the operator's list. Thread-safe functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/routers/http.hpp"

namespace agenthost::routers {

// {"x-name":"value",...}: the headers that match a pattern ("x-tenant" or "x-*"). Credentials never do,
// whatever the list says: they would show up in every Run and checkpoint.
[[nodiscard]] std::string configurable_from(const Headers& headers, const std::vector<std::string>& patterns);

// A run's config with them. The headers win: a gateway that sets them must not be overruled by a body.
[[nodiscard]] std::string with_headers(const std::string& config, const Headers& headers,
                                       const std::vector<std::string>& patterns);

[[nodiscard]] bool is_credential_header(std::string_view lower_case_name);

}  // namespace agenthost::routers
