// What a completion is made of: the request of agent.llm/1 and its answer. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::outbound {

struct LlmMessage {
  std::string role;  // "system" | "user" | "assistant"
  std::string content;
};

struct LlmRequest {
  std::string model = "default";
  std::vector<LlmMessage> messages;
  std::optional<double> temperature;
  std::optional<int> max_tokens;
  std::string response_schema;  // JSON Schema text; empty = the answer is prose
  bool stream = false;
  std::string message_id;  // empty = the run sees no chunks
};

struct LlmAnswer {
  std::string content;
  std::string json;  // the validated value, when a schema was given
  std::string model;
  std::string provider;
  std::string finish_reason;  // "stop" | "length" | "content_filter" | the provider's own word
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

// The request of agent.llm/1 (see agenthost/ext/llm.h). kInvalid names the member that is wrong.
[[nodiscard]] Result<LlmRequest> parse_llm_request(std::string_view json);

// The final reply of agent.llm/1.
[[nodiscard]] std::string to_json(const LlmAnswer& answer);

}  // namespace agenthost::outbound
