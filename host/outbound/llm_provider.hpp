// LlmProvider: how one vendor's API is spoken: where requests go, what they look like, how answers are read.
//
// Knows formats, not transport: LlmClient sends. Immutable and thread-safe; an answer being read belongs to
// its caller.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/outbound/llm_types.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::outbound {

class LlmProvider {
 public:
  virtual ~LlmProvider() = default;

  // Base URL and credentials of a model.
  [[nodiscard]] virtual settings::Service service(const settings::LlmModel& model) const = 0;
  // Below the base URL.
  [[nodiscard]] virtual std::string path(const settings::LlmModel& model, bool stream) const = 0;
  // The POST's JSON body.
  [[nodiscard]] virtual std::string body(const settings::LlmModel& model,
                                         const LlmRequest& request) const = 0;
  // A whole answer. kInvalid when the prompt was refused, kUnavailable when the body makes no sense.
  [[nodiscard]] virtual Status read_answer(const JsonValue& body, LlmAnswer& answer) const = 0;
  // One event of a stream: appends its text to *delta and notes reason and usage.
  [[nodiscard]] virtual Status read_event(const JsonValue& data, LlmAnswer& answer,
                                          std::string& delta) const = 0;
};

[[nodiscard]] std::unique_ptr<LlmProvider> make_gemini();
[[nodiscard]] std::unique_ptr<LlmProvider> make_openai();
[[nodiscard]] std::unique_ptr<LlmProvider> make_anthropic();

// ---- What the three share ----

// All system messages, one per paragraph; the APIs that want them apart take this.
[[nodiscard]] std::string system_text(const LlmRequest& request);

// The text of {"error":{"message":...}}, {"error":"..."} or the same inside an array; "" when there is none.
[[nodiscard]] std::string_view provider_error(const JsonValue& body);

// A number member, or 0.
[[nodiscard]] std::int64_t count_member(const JsonValue& value, std::string_view key);

}  // namespace agenthost::outbound
