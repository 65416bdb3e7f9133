// HttpClient: HTTP for plugins and for the host, with the operator's rules applied in one place: services
// with credentials, an allow-list for everything else, time-outs, retries, rate limits, body limits, bounded
// redirects and cassettes.
//
// start() returns at once; callbacks come on the client's one thread and must be brief. Texts of errors hold
// no credentials. Costs nothing until the first request. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/outbound/endpoint.hpp"
#include "host/outbound/http_types.hpp"
#include "host/settings/settings.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::outbound {

class HttpClient {
 public:
  // kInvalid with the key to correct when a service's configuration cannot work.
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> open(
      const settings::Http& http, const std::map<std::string, settings::Service>& services);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // A configured service that is on: enabled, with a base URL and every value it requires. Else kNotFound or
  // kDenied with what to do about it.
  [[nodiscard]] Result<std::shared_ptr<const Endpoint>> service(std::string_view name) const;

  // events.done comes exactly once, on the client's thread; only after stop() it comes from inside this call.
  // Cancelling request.cancel closes the connection and ends the call with kCancelled.
  void start(HttpRequest request, HttpEvents events);

  // Ends every call with kCancelled and joins the thread. Idempotent; not from a callback.
  void stop();

  void add_metrics(telemetry::MetricPage& page) const;

 private:
  class Core;
  struct Configured {
    std::shared_ptr<const Endpoint> endpoint;  // null: off
    std::string why_off;
  };

  HttpClient();

  // Constant after open
  std::map<std::string, Configured, std::less<>> services_;
  // Shared because: a cancel token may outlive the client that listened to it.
  std::shared_ptr<Core> core_;
};

}  // namespace agenthost::outbound
