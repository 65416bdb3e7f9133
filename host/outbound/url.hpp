// Url: an http or https address, taken apart and normalised by libcurl's own parser, so that what is checked
// here is exactly what is connected to. Immutable values, pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::outbound {

struct Url {
  std::string scheme;  // "http" | "https"
  std::string host;    // lower case, without a trailing dot
  std::string port;    // always set
  std::string path;    // "/..." without dot segments
  std::string query;   // without "?"

  // "https://api.example.org:443": two URLs with the same origin reach the same server.
  [[nodiscard]] std::string origin() const;
  // The whole address as it goes on the wire.
  [[nodiscard]] std::string text() const;
};

// An absolute http(s) URL without user name or password. Other bytes than printable ASCII are
// percent-encoded; white space and control bytes are refused. A fragment is dropped.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

// Where a Location header leads, seen from `from`.
[[nodiscard]] Result<Url> resolve_redirect(const Url& from, std::string_view location);

// `path` ("/search?q=x", "search", "?q=x", "" or an absolute URL of the same origin below the base) below
// `base`. Refuses whatever would leave the base: other hosts, "//host", dot segments, backslashes.
[[nodiscard]] Result<Url> join_below(const Url& base, std::string_view path);

// Whether host matches one of the patterns: "example.org" itself, "*.example.org" below it, "*" anything.
[[nodiscard]] bool host_allowed(std::string_view host, const std::vector<std::string>& patterns);

// "%XX".
[[nodiscard]] std::string percent_encoded(char byte);

// name=value with both percent-encoded, for a query.
[[nodiscard]] std::string query_pair(std::string_view name, std::string_view value);

}  // namespace agenthost::outbound
