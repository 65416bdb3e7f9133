// CallMeters: how calls to the outside went, by the name of who was called: an endpoint of the settings, so
// the names are bounded. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "host/base/error.hpp"
#include "host/outbound/http_types.hpp"
#include "host/outbound/llm_types.hpp"
#include "host/telemetry/instruments.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::outbound {

// Of HTTP: a call with all its attempts and redirects.
class CallMeters {
 public:
  void ended(const std::string& name, const Result<HttpReply>& result, std::chrono::nanoseconds took);
  void add_to(telemetry::MetricPage& page) const;

 private:
  struct Meter {
    telemetry::Counter answered, refused, failed;
    telemetry::Timing took{telemetry::Timing::kLong};
  };

  mutable std::mutex mutex_;
  std::map<std::string, Meter> meters_;  // Guarded by mutex_
};

// Of one language model: a completion with all its requests.
class LlmMeter {
 public:
  void ended(const Result<LlmAnswer>& result, std::chrono::nanoseconds took) noexcept;

  telemetry::Counter succeeded, failed, input_tokens, output_tokens;
  telemetry::Timing took{telemetry::Timing::kLong};
};

}  // namespace agenthost::outbound
