#include "host/outbound/http_client.hpp"

#include "host/outbound/http_core.hpp"

namespace agenthost::outbound {
namespace {

Result<Cassette::Mode> parse_mode(const std::string& mode) {
  if (mode == "off") return Cassette::Mode::kOff;
  if (mode == "record") return Cassette::Mode::kRecord;
  if (mode == "replay") return Cassette::Mode::kReplay;
  return fail(ErrorCode::kInvalid, "http.cassette_mode: \"" + mode + "\" is none of off, record, replay");
}

}  // namespace

HttpClient::HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(
    const settings::Http& http, const std::map<std::string, settings::Service>& services) {
  const auto mode = parse_mode(http.cassette_mode);
  if (!mode) return fail(mode.error());
  std::unique_ptr<HttpClient> client(new HttpClient());
  for (const auto& [name, service] : services) {
    Configured entry;
    entry.why_off = why_off("services." + name, service);
    if (entry.why_off.empty()) {
      auto endpoint = Endpoint::open(name, service);
      if (!endpoint) return fail(ErrorCode::kInvalid, "services." + endpoint.error().text);
      entry.endpoint = std::move(*endpoint);
    }
    client->services_.emplace(name, std::move(entry));
  }
  client->core_ = std::make_shared<Core>(http, *mode);
  return client;
}

HttpClient::~HttpClient() {
  stop();
}

Result<std::shared_ptr<const Endpoint>> HttpClient::service(std::string_view name) const {
  const auto found = services_.find(name);
  if (found == services_.end()) {
    return fail(ErrorCode::kNotFound, "no service \"" + std::string(name) + "\"; add services." +
                                          std::string(name) + " to agenthost.yaml");
  }
  if (found->second.endpoint == nullptr) {
    return fail(ErrorCode::kDenied, "service \"" + std::string(name) + "\" is off: " + found->second.why_off);
  }
  return found->second.endpoint;
}

void HttpClient::start(HttpRequest request, HttpEvents events) {
  core_->start(std::move(request), std::move(events));
}

void HttpClient::stop() {
  if (core_) core_->stop();
}

void HttpClient::add_metrics(telemetry::MetricPage& page) const {
  core_->meters().add_to(page);
}

}  // namespace agenthost::outbound
