#include "nodes/message_stream.hpp"

namespace ctm {

void MessageStream::write(std::string_view text) const {
  while (!text.empty()) {
    const std::size_t line = text.find('\n');
    const std::string_view chunk = text.substr(0, line == std::string_view::npos ? text.size() : line + 1);
    ctx_.emit_message({{"id", id_}, {"type", "AIMessageChunk"}, {"content", chunk}});
    text.remove_prefix(chunk.size());
  }
}

}  // namespace ctm
