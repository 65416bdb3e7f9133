// agent.http/1 on HttpClient: grants by plugin id, requests copied, replies as JSON plus body.
#include "agenthost/ext/http.h"

#include <algorithm>

#include "host/base/json.hpp"
#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/extensions/extensions.hpp"

namespace agenthost::extensions {
namespace {

struct HttpService {
  outbound::HttpClient& client;
  const ServiceGrants grants;

  [[nodiscard]] bool granted(const std::string& plugin_id, std::string_view service) const {
    const auto found = grants.find(plugin_id);
    return found == grants.end() ||
           std::find(found->second.begin(), found->second.end(), service) != found->second.end();
  }

  [[nodiscard]] Result<std::shared_ptr<const outbound::Endpoint>> endpoint(const std::string& plugin_id,
                                                                           std::string_view name) const {
    if (name.empty()) return std::shared_ptr<const outbound::Endpoint>();
    if (!granted(plugin_id, name)) {
      return fail(ErrorCode::kDenied, "http: plugin \"" + plugin_id + "\" may not use service \"" +
                                          std::string(name) + "\"; add it to plugins.services." + plugin_id +
                                          " in agenthost.yaml");
    }
    auto endpoint = client.service(name);
    if (!endpoint) return fail(endpoint.error().code, "http: " + endpoint.error().text);
    return endpoint;
  }
};

Result<outbound::Headers> parse_headers(std::string_view json) {
  outbound::Headers headers;
  if (json.empty()) return headers;
  const auto object = parse_json(json);
  if (!object || !object->IsObject())
    return fail(ErrorCode::kInvalid, "http: headers must be a JSON object of texts");
  for (const auto& member : object->GetObject()) {
    if (!member.value.IsString())
      return fail(ErrorCode::kInvalid, "http: headers must be a JSON object of texts");
    headers.emplace_back(as_view(member.name), as_view(member.value));
  }
  return headers;
}

Result<outbound::HttpRequest> to_request(const HttpService& service, const plugins::ExtensionCall& call,
                                         const agent_http_request& in) {
  auto endpoint = service.endpoint(call.plugin_id(), view_of(in.service));
  if (!endpoint) return fail(endpoint.error());
  auto headers = parse_headers(view_of(in.headers));
  if (!headers) return fail(headers.error());
  outbound::HttpRequest request;
  request.endpoint = std::move(*endpoint);
  request.method = view_of(in.method);
  request.url = view_of(in.url);
  request.headers = std::move(*headers);
  request.body = view_of(in.body);
  request.timeout = std::chrono::milliseconds(in.timeout_ms);
  request.deadline = call.deadline();
  return request;
}

std::string reply_text(const outbound::HttpReply& reply) {
  std::string headers;
  for (const auto& [name, value] : reply.headers)
    headers += (headers.empty() ? "" : ",") + quote(name) + ":" + quote(value);
  return "{\"status\":" + std::to_string(reply.status) + ",\"headers\":{" + headers +
         "},\"url\":" + quote(reply.url) + ",\"attempts\":" + std::to_string(reply.attempts) + "}";
}

agent_status http_request(agent_task* task, std::uint64_t token, const agent_http_request* in) noexcept {
  if (in == nullptr || in->struct_size < AGENT_SIZE(agent_http_request, body)) return AGENT_INVALID;
  const auto service =
      std::static_pointer_cast<HttpService>(plugins::extension_instance(task, AGENT_EXT_HTTP));
  if (!service) return AGENT_NOT_FOUND;
  const auto cancel = std::make_shared<outbound::CancelToken>();
  const auto call = plugins::begin_call(task, token, [cancel] { cancel->cancel(); });
  if (!call) return AGENT_NOT_FOUND;
  auto request = to_request(*service, *call, *in);
  if (!request) {
    call->finish(status_of(request.error().code), request.error().text);
    return AGENT_OK;
  }
  request->cancel = cancel;
  outbound::HttpEvents events;
  events.done = [call](Result<outbound::HttpReply> reply) {
    if (reply) {
      auto text = reply_text(*reply);
      call->finish(AGENT_OK, std::move(text), std::move(reply->body));
    } else {
      call->finish(status_of(reply.error().code), reply.error().text);
    }
  };
  service->client.start(std::move(*request), std::move(events));
  return AGENT_OK;
}

std::int32_t http_has_service(agent_host* host, agent_str name) noexcept {
  const auto service =
      std::static_pointer_cast<HttpService>(plugins::extension_instance(host, AGENT_EXT_HTTP));
  if (!service || !service->granted(plugins::plugin_id_of(host), view_of(name))) return 0;
  return service->client.service(view_of(name)) ? 1 : 0;
}

constexpr agent_http_api kHttpTable{AGENT_SIZE(agent_http_api, has_service), 0, &http_request,
                                    &http_has_service};

}  // namespace

plugins::Extension make_http_extension(outbound::HttpClient& client, ServiceGrants grants) {
  return {AGENT_EXT_HTTP, &kHttpTable, std::make_shared<HttpService>(HttpService{client, std::move(grants)}),
          [](std::string_view) { return true; }};
}

}  // namespace agenthost::extensions
