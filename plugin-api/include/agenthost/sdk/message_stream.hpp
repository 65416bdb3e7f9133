// MessageStream: an ai message that clients see grow. Each piece goes to the run's stream at once; message()
// is the whole of it, for the update. Strand-bound.
//
//   agent::MessageStream answer(ctx);
//   for (const std::string& word : words) answer.write(word);
//   co_return Update{}.message(answer.message());
//
// For the answer of a model there is a shorter way: LlmRequest::message_id lets the host stream it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "agenthost/sdk/context.hpp"
#include "agenthost/sdk/message.hpp"

namespace agent {

class MessageStream {
 public:
  explicit MessageStream(const Context& ctx) : MessageStream(ctx, ctx.new_message_id()) {}
  MessageStream(Context ctx, std::string id) : ctx_(std::move(ctx)), id_(std::move(id)) {}

  // Whole characters of UTF-8, please: a cut one cannot be mended by the next piece.
  Pressure write(std::string_view piece) {
    text_ += piece;
    return ctx_.emit_message(ai_message(std::string(piece), id_));
  }
  [[nodiscard]] Json message() const { return ai_message(text_, id_); }

 private:
  Context ctx_;
  std::string id_;
  std::string text_;
};

}  // namespace agent
