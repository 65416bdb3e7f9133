#include "nodes/node_support.hpp"

#include <agenthost/sdk/message.hpp>

#include "domain/json_fields.hpp"
#include "text/dates.hpp"

namespace ctm {

Language language_of(const agent::Context& ctx, const Settings& settings) {
  for (const agent::Json* from : {&ctx.configurable(), &ctx.context()}) {
    if (const std::string code = text_field(*from, "language"); !code.empty()) return language_from(code);
  }
  return settings.language;
}

std::string today(const agent::Context& ctx) {
  return text::date_of(ctx.now());
}

std::string message_id(const agent::Context& ctx, std::string_view purpose) {
  return "ctm-" + ctx.task_id() + "-" + std::string(purpose);
}

void report_progress(const agent::Context& ctx, std::string_view stage, std::size_t done, std::size_t total,
                     std::string_view message) {
  ctx.emit({{"stage", stage}, {"done", done}, {"total", total}, {"message", message}});
}

HumanAnswer read_answer(const agent::Json& answer) {
  if (!answer.is_object()) return {answer, {}};
  if (const agent::Json& messages = field(answer, "messages"); messages.is_array() && !messages.empty()) {
    return {agent::text_of(messages.back()), text_field(messages.back(), "id")};
  }
  for (const char* key : {"selection", "indices", "user_selection", "question", "text", "content"}) {
    if (const agent::Json& value = field(answer, key); !value.is_null())
      return {value, text_field(answer, "id")};
  }
  return {};
}

}  // namespace ctm
