// A language model through the host, which knows provider, model and key. Thread-safe.
//
//   if (ctx.llm().is_online()) {
//     LlmRequest greeting{.messages = {{"user", "Say hello"}}, .temperature = 0.2};
//     LlmAnswer answer = co_await ctx.llm().complete(greeting);
//   }
//
// Failure throws agent::Error: kUnsupported when the model is `offline` (the plugin does the work itself),
// kUnavailable, kDeadline, kCancelled, kDenied, or kInvalid when the answer never fitted response_schema.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/task.hpp"

namespace agent {

namespace detail {
class Execution;
}

struct LlmMessage {
  std::string role = {};  // system | user | assistant
  std::string content = {};
};

struct LlmRequest {
  std::string model = {};  // a key of `llm.models` in agenthost.yaml; empty = default
  std::vector<LlmMessage> messages = {};
  std::optional<double> temperature = {};
  std::optional<int> max_tokens = {};
  Json response_schema = {};    // a JSON Schema: LlmAnswer::json then validates against it
  std::string message_id = {};  // the host streams each part to the run as a chunk of this message
  std::function<void(std::string_view delta)> on_delta = {};  // each part, in order, while the node waits
};

struct LlmUsage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

struct LlmAnswer {
  std::string content = {};
  Json json = {};  // the parsed answer, when response_schema was given
  std::string model = {};
  std::string provider = {};
  std::string finish_reason = {};
  LlmUsage usage = {};
};

class Llm {
 public:
  explicit Llm(std::shared_ptr<detail::Execution> execution) : execution_(std::move(execution)) {}

  [[nodiscard]] Task<LlmAnswer> complete(const LlmRequest& request) const;
  // Deleted: name the request first. gcc 12 copies aggregates made inside a co_await expression bit by bit.
  Task<LlmAnswer> complete(LlmRequest&&) const = delete;
  // Whether that model ("" = default) is a real one. False when offline, absent, or without agent.llm/1.
  [[nodiscard]] bool is_online(std::string_view model = {}) const;

 private:
  std::shared_ptr<detail::Execution>
      execution_;  // shared because: a call may outlive the Context it came from
};

}  // namespace agent

#include "agenthost/sdk/detail/llm_calls.hpp"
