#include "host/routers/configurable_headers.hpp"

#include <algorithm>
#include <array>

#include "host/base/json.hpp"
#include "host/services/run_config.hpp"

namespace agenthost::routers {
namespace {

bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.empty() || pattern.back() != '*') return name == pattern;
  pattern.remove_suffix(1);
  return name.substr(0, pattern.size()) == pattern;
}

}  // namespace

bool is_credential_header(std::string_view name) {
  constexpr std::array<std::string_view, 8> kMarks{"auth",   "cookie", "key",     "token",
                                                   "secret", "passw",  "session", "x-tenant-id"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return name.find(mark) != std::string_view::npos; });
}

std::string configurable_from(const Headers& headers, const std::vector<std::string>& patterns) {
  std::string out = "{";
  for (const auto& [name, value] : headers) {
    const bool wanted = std::any_of(patterns.begin(), patterns.end(),
                                    [&, &header = name](const auto& one) { return matches(header, one); });
    if (!wanted || is_credential_header(name)) continue;
    out += (out.size() > 1 ? "," : "") + quote(name) + ":" + quote(value);
  }
  return out + "}";
}

std::string with_headers(const std::string& config, const Headers& headers,
                         const std::vector<std::string>& patterns) {
  const auto chosen = configurable_from(headers, patterns);
  return chosen == "{}" ? config : services::merge_configs(config, "{\"configurable\":" + chosen + "}");
}

}  // namespace agenthost::routers
