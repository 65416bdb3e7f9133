// What every node needs of its run: the language, today's date, message ids, progress. Thread-safe.
#pragma once

#include <agenthost/sdk/context.hpp>
#include <agenthost/sdk/json.hpp>
#include <string>
#include <string_view>

#include "domain/language.hpp"
#include "domain/settings.hpp"

namespace ctm {

// `language` of the run's configurable or context, else of the plugin's config.
[[nodiscard]] Language language_of(const agent::Context& ctx, const Settings& settings);
[[nodiscard]] std::string today(const agent::Context& ctx);

// An id for a message of this task: the same when the node runs again after a crash, so that it replaces and
// not doubles.
[[nodiscard]] std::string message_id(const agent::Context& ctx, std::string_view purpose);

// A custom stream event {stage, done, total, message}.
void report_progress(const agent::Context& ctx, std::string_view stage, std::size_t done, std::size_t total,
                     std::string_view message);

// What a human's answer says: text, {question}, {text}, {selection}, {messages:[.., last]}; null when it says
// nothing.
struct HumanAnswer {
  agent::Json value;
  std::string message_id;  // of the message it came in, when it had one
};
[[nodiscard]] HumanAnswer read_answer(const agent::Json& answer);

}  // namespace ctm
