#include "host/outbound/sse_parser.hpp"

namespace agenthost::outbound {

Status SseParser::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (after_cr_) {  // CRLF may be cut in two
      after_cr_ = false;
      if (bytes.front() == '\n') bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    line_.append(bytes.substr(0, end));
    if (line_.size() + event_.data.size() > kMaxEventBytes) {
      return fail(ErrorCode::kExhausted, "one event of the stream is larger than 4 MB");
    }
    if (end == std::string_view::npos) return {};
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    const std::string line = std::move(line_);
    line_.clear();
    take_line(line, sink);
  }
  return {};
}

void SseParser::end(const Sink& sink) {
  if (!line_.empty()) take_line(std::string(line_), sink);
  line_.clear();
  dispatch(sink);
}

void SseParser::take_line(std::string_view line, const Sink& sink) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (at_start_ && line.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    line.remove_prefix(kByteOrderMark.size());
  at_start_ = false;
  if (line.empty()) {
    dispatch(sink);
    return;
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data.append(value);
    has_data_ = true;
  } else if (field == "event") {
    event_.name = value;
  }  // a comment (empty field), id, retry: nothing to do
}

void SseParser::dispatch(const Sink& sink) {
  if (has_data_) {
    if (event_.name.empty()) event_.name = "message";
    sink(event_);
  }
  event_ = {};
  has_data_ = false;
}

}  // namespace agenthost::outbound
