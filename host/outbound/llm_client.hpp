// LlmClient: completions from the models the operator configured, whole or streamed, as prose or as JSON that
// validates.
//
// Stands on HttpClient (retries, rate limits, cassettes, cancellation). Deltas come on the HTTP client's
// thread, the final answer on the executor given; both callbacks must be brief. Texts name the model and
// never a key. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/executor.hpp"
#include "host/outbound/cancel_token.hpp"
#include "host/outbound/http_client.hpp"
#include "host/outbound/llm_provider.hpp"
#include "host/outbound/llm_types.hpp"
#include "host/settings/settings.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::outbound {

struct LlmCall {
  LlmRequest request;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  CancelTokenPtr cancel;
  // Optional; used when request.stream.
  std::function<void(std::string_view delta)> delta;
  // Exactly once. kUnsupported: the model is offline.
  std::function<void(Result<LlmAnswer>)> done;
};

class LlmClient {
 public:
  // http and work outlive the client and its calls. kInvalid with the key to correct.
  [[nodiscard]] static Result<std::unique_ptr<LlmClient>> open(HttpClient& http, Executor& work,
                                                               const settings::Llm& llm);
  ~LlmClient();
  LlmClient(const LlmClient&) = delete;
  LlmClient& operator=(const LlmClient&) = delete;

  // Whether that model ("" = default) exists and has what it needs.
  [[nodiscard]] bool is_online(std::string_view model) const;
  // What the operator should read at the start: models that are off although a provider is named.
  [[nodiscard]] std::vector<std::string> warnings() const;

  void complete(LlmCall call);

  // Of the models that are on.
  void add_metrics(telemetry::MetricPage& page) const;

 private:
  struct Model;
  class Completion;

  LlmClient(HttpClient& http, Executor& work) : http_(http), work_(work) {}
  [[nodiscard]] Result<std::shared_ptr<const Model>> find(std::string_view name) const;

  HttpClient& http_;
  Executor& work_;
  // Constant after open. Shared because: a completion may still read its model while the client goes.
  std::map<std::string, std::shared_ptr<const Model>, std::less<>> models_;
};

}  // namespace agenthost::outbound
