#include "host/outbound/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace agenthost::outbound {
namespace {

struct FreeUrl {
  void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};
using UrlHandle = std::unique_ptr<CURLU, FreeUrl>;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string part(CURLU* handle, CURLUPart which, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(handle, which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

tl::unexpected<Error> bad_url(std::string_view text, std::string_view problem) {
  // Shown without its query and user: people put keys there.
  auto shown = text.substr(0, std::min<std::size_t>(text.find_first_of("?#"), 200));
  if (const auto at = shown.rfind('@'); at != std::string_view::npos) shown.remove_prefix(at + 1);
  return fail(ErrorCode::kInvalid, "url \"" + std::string(shown) + "\": " + std::string(problem));
}

// Printable ASCII as it is, other UTF-8 bytes percent-encoded.
Result<std::string> encode_raw_bytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      return fail(ErrorCode::kInvalid, "url holds white space or a control byte; percent-encode it");
    }
    if (byte < 0x80) {
      out += c;
    } else {
      out += percent_encoded(c);
    }
  }
  return out;
}

Result<Url> read_handle(CURLU* handle, std::string_view text) {
  Url url{lower(part(handle, CURLUPART_SCHEME, 0)), lower(part(handle, CURLUPART_HOST, 0)),
          part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT), part(handle, CURLUPART_PATH, 0),
          part(handle, CURLUPART_QUERY, 0)};
  if (url.scheme != "http" && url.scheme != "https") return bad_url(text, "only http and https are served");
  if (!url.host.empty() && url.host.back() == '.') url.host.pop_back();
  if (url.host.empty()) return bad_url(text, "has no host");
  if (url.path.empty()) url.path = "/";
  return url;
}

bool has_scheme(std::string_view text) {
  const auto colon = text.find("://");
  return colon != std::string_view::npos && text.find_first_of("/?#") > colon;
}

// "." or "..", also when the dots are percent-encoded.
bool is_dot_segment(std::string_view segment) {
  std::string plain;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (lower(segment.substr(i, 3)) == "%2e") {
      plain += '.';
      i += 2;
    } else {
      plain += segment[i];
    }
  }
  return plain == "." || plain == "..";
}

bool has_dot_segment(std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    if (is_dot_segment(path.substr(0, slash))) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

std::string without_trailing_slash(std::string path) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

Result<Url> same_origin_below(const Url& base, std::string_view absolute) {
  auto url = parse_url(absolute);
  if (!url) return url;
  const auto root = without_trailing_slash(base.path) + "/";
  if (url->origin() != base.origin() || (url->path + "/").compare(0, root.size(), root) != 0) {
    return fail(ErrorCode::kDenied, "the URL leads away from the service's base_url; give a path below it");
  }
  return url;
}

}  // namespace

std::string Url::origin() const {
  return scheme + "://" + host + ":" + port;
}

std::string Url::text() const {
  const bool usual_port = (scheme == "http" && port == "80") || (scheme == "https" && port == "443");
  return scheme + "://" + host + (usual_port ? "" : ":" + port) + path + (query.empty() ? "" : "?" + query);
}

Result<Url> parse_url(std::string_view text) {
  const auto clean = encode_raw_bytes(text);
  if (!clean) return fail(clean.error());
  if (clean->find('\\') != std::string::npos) return bad_url(text, "holds a backslash");
  if (!has_scheme(*clean)) return bad_url(text, "must be absolute: https://host/path");
  const UrlHandle handle(curl_url());
  const auto code = curl_url_set(handle.get(), CURLUPART_URL, clean->c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED) return bad_url(text, "must not hold a user name or password");
  if (code != CURLUE_OK) return bad_url(text, curl_url_strerror(code));
  return read_handle(handle.get(), text);
}

Result<Url> resolve_redirect(const Url& from, std::string_view location) {
  const auto clean = encode_raw_bytes(location);
  if (!clean) return fail(clean.error());
  const UrlHandle handle(curl_url());
  if (curl_url_set(handle.get(), CURLUPART_URL, from.text().c_str(), 0) != CURLUE_OK ||
      curl_url_set(handle.get(), CURLUPART_URL, clean->c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return bad_url(location, "the server redirects to an address that is none");
  }
  return read_handle(handle.get(), location);
}

Result<Url> join_below(const Url& base, std::string_view path) {
  const auto only_path = path.substr(0, path.find_first_of("?#"));
  if (only_path.find('\\') != std::string_view::npos || has_dot_segment(only_path)) {
    return bad_url(path, "a path below a service must not hold \"..\", \".\" or a backslash");
  }
  if (has_scheme(path)) return same_origin_below(base, path);
  if (path.substr(0, 2) == "//")
    return fail(ErrorCode::kDenied, "the path must not name a host (it begins with //)");
  const auto root = base.origin() + without_trailing_slash(base.path);
  const bool glue = !path.empty() && path.front() != '/' && path.front() != '?';
  auto joined = parse_url(path.empty() ? base.text() : root + (glue ? "/" : "") + std::string(path));
  if (joined && joined->origin() != base.origin()) {
    return fail(ErrorCode::kDenied, "the path leads to another host than the service's base_url");
  }
  return joined;
}

bool host_allowed(std::string_view host, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [host](const std::string& raw) {
    const auto pattern = lower(raw);
    if (pattern == "*" || pattern == host) return true;
    if (pattern.compare(0, 2, "*.") != 0) return false;
    const auto suffix = std::string_view(pattern).substr(1);
    return host.size() > suffix.size() && host.substr(host.size() - suffix.size()) == suffix;
  });
}

std::string percent_encoded(char byte) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  return {'%', kHex[value >> 4U], kHex[value & 15U]};
}

std::string query_pair(std::string_view name, std::string_view value) {
  std::string out;
  const auto append = [&out](std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
        out += c;
      } else {
        out += percent_encoded(c);
      }
    }
  };
  append(name);
  out += '=';
  append(value);
  return out;
}

}  // namespace agenthost::outbound
