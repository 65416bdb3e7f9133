// Endpoint: one outside API as the operator configured it: base URL, credentials, time-out, retries and rate.
//
// Checked once when opened; its credentials are added to requests here and shown nowhere. Immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/outbound/http_types.hpp"
#include "host/outbound/redactor.hpp"
#include "host/outbound/url.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::outbound {

class Endpoint {
 public:
  // name is for messages, cassettes and the rate limit ("tavily"). Headers and query parameters without a
  // value are left out. kInvalid with the key to correct.
  [[nodiscard]] static Result<std::shared_ptr<const Endpoint>> open(std::string name,
                                                                    settings::Service service);

  // Manners for URLs without a service: no base, no credentials.
  [[nodiscard]] static std::shared_ptr<const Endpoint> plain(std::chrono::milliseconds timeout);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool has_base() const { return !base_.host.empty(); }
  [[nodiscard]] const Url& base() const { return base_; }
  [[nodiscard]] const Redactor& redactor() const { return redactor_; }
  [[nodiscard]] std::chrono::milliseconds timeout() const { return service_.timeout_ms; }
  [[nodiscard]] std::chrono::milliseconds backoff() const { return service_.backoff_ms; }
  [[nodiscard]] int retries() const { return service_.retries; }
  [[nodiscard]] double max_per_second() const { return service_.max_per_second; }

  // The caller's headers below the configured ones, which win: a plugin cannot replace a credential.
  [[nodiscard]] Headers with_own_headers(const Headers& headers) const;
  // url with the configured query added.
  [[nodiscard]] Url with_own_query(Url url) const;

 private:
  Endpoint(std::string name, settings::Service service)
      : name_(std::move(name)), service_(std::move(service)) {}

  const std::string name_;
  const settings::Service service_;
  Url base_;
  std::string query_;
  Redactor redactor_;
};

// Why the operator has it switched off, with the key to change; empty: it is on. key: where it is configured.
[[nodiscard]] std::string why_off(const std::string& key, const settings::Service& service);

// Names are tokens, values hold no control bytes, and what belongs to the connection (host, content-length,
// ...) is the client's business.
[[nodiscard]] Status check_header(std::string_view name, std::string_view value);

[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace agenthost::outbound
