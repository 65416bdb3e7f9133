// SseParser: Server-Sent Events from a byte stream cut anywhere: CR, LF or CRLF, comments, data over several
// lines. Strand-bound.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/base/error.hpp"

namespace agenthost::outbound {

struct SseEvent {
  std::string name;  // "message" when the server names none
  std::string data;
};

class SseParser {
 public:
  using Sink = std::function<void(const SseEvent&)>;

  // Passes every event that is complete to sink. kExhausted when one event or line exceeds kMaxEventBytes.
  [[nodiscard]] Status feed(std::string_view bytes, const Sink& sink);
  // The stream has ended: an event without its blank line counts, since servers do forget it.
  void end(const Sink& sink);

  static constexpr std::size_t kMaxEventBytes = 4U << 20U;

 private:
  void take_line(std::string_view line, const Sink& sink);
  void dispatch(const Sink& sink);

  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
};

}  // namespace agenthost::outbound
