// The bodies of Http: agent.http/1 in coroutines. Thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/host_call.hpp"
#include "agenthost/sdk/http.hpp"

namespace agent {
namespace detail {

inline HttpResponse read_http_reply(Reply reply) {
  const Json head = parse_json(reply.text, AGENT_EXT_HTTP);
  HttpResponse response;
  response.status = read_as<int>(head.value("status", Json()), "agent.http/1: status");
  response.url = head.value("url", std::string());
  const Json headers = head.value("headers", Json::object());
  for (const auto& [name, value] : headers.items()) {
    if (value.is_string()) response.headers[name] = value.template get<std::string>();
  }
  response.body = std::move(reply.body);
  return response;
}

// A free function with everything by value: the Http object it came from may be gone before this runs.
inline Task<HttpResponse> send(std::shared_ptr<Execution> execution, HttpRequest request) {
  const agent_http_api& http = granted(execution->services().http, AGENT_EXT_HTTP);
  const std::string headers = to_text(Json(request.headers));
  agent_http_request call{};
  call.struct_size = AGENT_SIZE(agent_http_request, body);
  call.timeout_ms = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(request.timeout.count(), 0, std::numeric_limits<std::uint32_t>::max()));
  call.service = borrow(request.service);
  call.method = borrow(request.method);
  call.url = borrow(request.url);
  call.headers = borrow(headers);
  call.body = borrow(request.body);
  const std::string what =
      request.method + " " + request.service + (request.service.empty() ? "" : " ") + request.url;
  HostCall reply(*execution, what,
                 [&](std::uint64_t token) { return http.request(execution->task(), token, &call); });
  co_return read_http_reply(co_await reply);
}

}  // namespace detail

inline std::string HttpResponse::header(std::string_view lower_case_name) const {
  const auto found = headers.find(std::string(lower_case_name));
  return found == headers.end() ? std::string() : found->second;
}

inline Task<HttpResponse> Http::request(const HttpRequest& request) const {
  return detail::send(execution_, request);
}

inline Task<HttpResponse> Http::get(std::string service, std::string url) const {
  HttpRequest request;
  request.service = std::move(service);
  request.url = std::move(url);
  return detail::send(execution_, std::move(request));
}

inline Task<HttpResponse> Http::post_json(std::string service, std::string url, const Json& body) const {
  HttpRequest request;
  request.service = std::move(service);
  request.method = "POST";
  request.url = std::move(url);
  request.headers = {{"content-type", "application/json"}};
  request.body = to_text(body);
  return detail::send(execution_, std::move(request));
}

inline bool Http::has_service(std::string_view name) const {
  const detail::Services& services = execution_->services();
  return services.http != nullptr && services.http->has_service(services.host, detail::borrow(name)) != 0;
}

}  // namespace agent
