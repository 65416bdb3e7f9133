// RequestParser: bytes in, one strict HTTP/1.x request out, then the next.
//
// Boost.Beast's I/O-free parser splits the bytes; on top of it everything is refused that two parsers could
// read differently (the seed of request smuggling): folded lines, lists of lengths, unknown transfer codings,
// a missing or second Host, control bytes. After a failure the connection cannot be trusted: answer and
// close. Strand-bound.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "host/routers/http.hpp"

namespace agenthost::server {

struct ParseLimits {
  std::size_t head_bytes = 32U << 10U;
  std::size_t body_bytes = 16U << 20U;
};

struct ParseFailure {
  int status = 400;
  std::string text;
};

class RequestParser {
 public:
  enum class State { kStart, kHead, kBody, kComplete, kFailed };

  explicit RequestParser(ParseLimits limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Reads on from `bytes` and returns how many it used; offer the rest again with more behind it. Stops
  // behind a complete request.
  [[nodiscard]] std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const ParseFailure& failure() const;

  // Known from kBody on.
  [[nodiscard]] int http_minor() const;
  [[nodiscard]] bool keep_alive() const;
  // The client holds its body back until it hears "100 Continue".
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] std::size_t body_received() const;

  // Only when kComplete. The parser is at kStart again.
  [[nodiscard]] routers::Request take();

 private:
  class Message;

  [[nodiscard]] std::size_t skip_empty_line(std::string_view bytes);
  void judge(std::string_view unread);

  // Constant after construction
  const ParseLimits limits_;

  State state_ = State::kStart;
  bool empty_line_skipped_ = false;
  std::unique_ptr<Message> message_;
};

}  // namespace agenthost::server
