// HTTP through the host: keys, limits, retries and cassettes are its business, not the plugin's. Thread-safe.
//
//   HttpRequest search{.service = "tavily", .method = "POST", .url = "/search", .body =
//   agent::to_text(query)}; HttpResponse page = co_await ctx.http().request(search);
//
// Any HTTP status is an answer. No answer (no connection, time-out, denied, cancelled) throws agent::Error.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/task.hpp"

namespace agent {

namespace detail {
class Execution;
}

using Headers = std::map<std::string, std::string>;

struct HttpRequest {
  std::string service = {};  // a key of `services:` in agenthost.yaml; empty: url is absolute
  std::string method = "GET";
  std::string url = {};  // absolute, or a path and query below the service's base_url
  Headers headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{0};  // 0 = the service's, else the host's default
};

struct HttpResponse {
  int status = 200;
  Headers headers = {};  // names in lower case
  std::string body = {};
  std::string url = {};  // the final one, after redirects

  [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
  [[nodiscard]] std::string header(std::string_view lower_case_name) const;
  [[nodiscard]] Json json() const { return parse_json(body, url); }
};

class Http {
 public:
  explicit Http(std::shared_ptr<detail::Execution> execution) : execution_(std::move(execution)) {}

  [[nodiscard]] Task<HttpResponse> request(const HttpRequest& request) const;
  // Deleted: name the request first. gcc 12 copies aggregates made inside a co_await expression bit by bit.
  Task<HttpResponse> request(HttpRequest&&) const = delete;
  [[nodiscard]] Task<HttpResponse> get(std::string service, std::string url) const;
  [[nodiscard]] Task<HttpResponse> post_json(std::string service, std::string url, const Json& body) const;
  // Whether the operator configured and enabled that service for this plugin. False without agent.http/1.
  [[nodiscard]] bool has_service(std::string_view name) const;

 private:
  std::shared_ptr<detail::Execution>
      execution_;  // shared because: a call may outlive the Context it came from
};

}  // namespace agent

#include "agenthost/sdk/detail/http_calls.hpp"
