// agent.http/1 on HttpClient: what a plugin may reach, requests copied, replies as JSON plus body.
#include "agenthost/ext/http.h"

#include <memory>

#include "host/base/json.hpp"
#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/extensions/extensions.hpp"
#include "host/plugins/manifest.hpp"

namespace agenthost::extensions {
namespace {

std::shared_ptr<const outbound::HostLimit> hosts_of(const plugins::Manifest& manifest) {
  if (!manifest.http_hosts) return nullptr;
  return std::make_shared<outbound::HostLimit>(
      outbound::HostLimit{*manifest.http_hosts,
                          "plugin \"" + manifest.id +
                              "\" does not ask for it; add it to needs: [{http: [...]}] in its plugin.yaml"});
}

// One plugin's.
struct HttpService {
  outbound::HttpClient& client;
  const std::string plugin_id;
  const std::shared_ptr<const ServiceGrants> grants;
  const std::shared_ptr<const outbound::HostLimit> hosts;  // that it asks for; null: it does not say

  [[nodiscard]] bool granted(std::string_view service) const { return may_name(*grants, plugin_id, service); }

  [[nodiscard]] Result<std::shared_ptr<const outbound::Endpoint>> endpoint(std::string_view name) const {
    if (name.empty()) return std::shared_ptr<const outbound::Endpoint>();
    if (!granted(name)) {
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
  auto endpoint = service.endpoint(view(in.service));
  if (!endpoint) return fail(endpoint.error());
  auto headers = parse_headers(view(in.headers));
  if (!headers) return fail(headers.error());
  outbound::HttpRequest request;
  request.endpoint = std::move(*endpoint);
  request.limit = service.hosts;
  request.method = view(in.method);
  request.url = view(in.url);
  request.headers = std::move(*headers);
  request.body = view(in.body);
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
  if (!service || !service->granted(view(name))) return 0;
  return service->client.service(view(name)) ? 1 : 0;
}

constexpr agent_http_api kHttpTable{AGENT_SIZE(agent_http_api, has_service), 0, &http_request,
                                    &http_has_service};

}  // namespace

plugins::Extension make_http_extension(outbound::HttpClient& client, ServiceGrants grants) {
  auto shared = std::make_shared<const ServiceGrants>(std::move(grants));
  auto instance_for = [&client, shared](const plugins::Manifest& manifest) {
    return std::make_shared<HttpService>(HttpService{client, manifest.id, shared, hosts_of(manifest)});
  };
  return {AGENT_EXT_HTTP, &kHttpTable, nullptr, std::move(instance_for)};
}

}  // namespace agenthost::extensions
