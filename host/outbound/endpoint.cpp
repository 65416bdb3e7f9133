#include "host/outbound/endpoint.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace agenthost::outbound {
namespace {

tl::unexpected<Error> bad_key(const std::string& name, const std::string& key, const std::string& problem) {
  return fail(ErrorCode::kInvalid, name + "." + key + ": " + problem);
}

bool is_secret_name(std::string_view name) {
  const auto plain = lower_case(name);
  constexpr std::array<std::string_view, 6> kMarks{"key", "token", "auth", "secret", "password", "cookie"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return plain.find(mark) != std::string::npos; });
}

// The value, and what follows the scheme in "Bearer xyz".
void add_secret(std::vector<std::string>& secrets, const std::string& value) {
  secrets.push_back(value);
  if (const auto space = value.rfind(' '); space != std::string::npos)
    secrets.push_back(value.substr(space + 1));
}

Redactor redactor_for(const settings::Service& service) {
  std::vector<std::string> secrets(service.require);
  for (const auto& [name, value] : service.headers) {
    if (is_secret_name(name)) add_secret(secrets, value);
  }
  for (const auto& [name, value] : service.query) {
    if (!is_secret_name(name)) continue;
    secrets.push_back(value);
    secrets.push_back(query_pair("", value).substr(1));
  }
  // Longest first: "Bearer xyz" goes before "xyz".
  std::sort(secrets.begin(), secrets.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return Redactor(secrets);
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// A missing key first: settings switch such a service off, so `enabled` would not say why.
std::string why_off(const std::string& key, const settings::Service& service) {
  const bool complete = std::none_of(service.require.begin(), service.require.end(),
                                     [](const std::string& value) { return value.empty(); });
  if (!complete) return "a value of " + key + ".require is empty; is its key set in the environment?";
  if (!service.enabled) return key + ".enabled is false";
  return service.base_url.empty() ? key + ".base_url is empty" : "";
}

Status check_header(std::string_view name, std::string_view value) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != std::string_view::npos;
  });
  if (!token) return fail(ErrorCode::kInvalid, "a header name holds a byte that HTTP does not allow");
  const bool clean = std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
  if (!clean)
    return fail(ErrorCode::kInvalid, "header " + std::string(name) + ": holds a line break or control byte");
  constexpr std::array<std::string_view, 9> kReserved{"host",       "content-length", "transfer-encoding",
                                                      "connection", "expect",         "te",
                                                      "trailer",    "upgrade",        "proxy-authorization"};
  if (std::find(kReserved.begin(), kReserved.end(), lower_case(name)) != kReserved.end()) {
    return fail(ErrorCode::kInvalid, "header " + std::string(name) + ": is set by the host");
  }
  return {};
}

Result<std::shared_ptr<const Endpoint>> Endpoint::open(std::string name, settings::Service service) {
  // An optional key that is not set is not sent at all: an empty one would be refused.
  const auto is_empty = [](const auto& entry) { return entry.second.empty(); };
  std::erase_if(service.headers, is_empty);
  std::erase_if(service.query, is_empty);
  const auto base = parse_url(service.base_url);
  if (!base) return bad_key(name, "base_url", base.error().text);
  if (!base->query.empty()) return bad_key(name, "base_url", "must not hold a query; use `query:`");
  std::shared_ptr<Endpoint> endpoint(new Endpoint(std::move(name), service));
  for (const auto& [header, value] : service.headers) {
    if (const auto good = check_header(header, value); !good) {
      return bad_key(endpoint->name_, "headers", good.error().text);
    }
  }
  for (const auto& [key, value] : service.query) {
    endpoint->query_ += (endpoint->query_.empty() ? "" : "&") + query_pair(key, value);
  }
  endpoint->base_ = *base;
  endpoint->redactor_ = redactor_for(service);
  return endpoint;
}

std::shared_ptr<const Endpoint> Endpoint::plain(std::chrono::milliseconds timeout) {
  settings::Service manners;
  manners.timeout_ms = timeout;
  return std::shared_ptr<const Endpoint>(new Endpoint("", std::move(manners)));
}

Headers Endpoint::with_own_headers(const Headers& headers) const {
  Headers all(service_.headers.begin(), service_.headers.end());
  for (const auto& header : headers) {
    const bool configured =
        std::any_of(service_.headers.begin(), service_.headers.end(),
                    [&](const auto& own) { return lower_case(own.first) == lower_case(header.first); });
    if (!configured) all.push_back(header);
  }
  return all;
}

Url Endpoint::with_own_query(Url url) const {
  if (!query_.empty()) url.query += (url.query.empty() ? "" : "&") + query_;
  return url;
}

}  // namespace agenthost::outbound
