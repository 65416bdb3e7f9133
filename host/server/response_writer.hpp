// Turns a Response into the bytes of an HTTP/1 head: status line, Date, CORS, length, connection, and the
// caller's headers with everything removed that could forge a line. Functions are thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/routers/http.hpp"
#include "host/server/cors.hpp"

namespace agenthost::server {

enum class Persistence { kKeepAlive, kClose };

// What the head must know about the request it answers.
struct AnswerTo {
  routers::Method method = routers::Method::kGet;
  int http_minor = 1;
  Persistence persistence = Persistence::kKeepAlive;
  std::string origin = {};  // empty unless CORS depends on it
};

enum class BodyFraming { kNone, kLength, kChunked, kUntilClose };

struct Framing {
  BodyFraming kind = BodyFraming::kNone;
  std::size_t length = 0;  // with kLength
};

// False for HEAD and for 1xx, 204 and 304, whose answers end with the head.
[[nodiscard]] bool has_body(const AnswerTo& request, int status);

// How the body of an answer of known length is announced.
[[nodiscard]] Framing framing_for(int status, std::size_t length);

void append_head(std::string& out, int status, std::string_view content_type, const routers::Headers& headers,
                 Framing framing, const AnswerTo& request, const Cors& cors, std::string_view date);

// {"detail":"..."}: the shape of every error this server makes by itself.
[[nodiscard]] routers::Response error_response(int status, std::string_view detail);

}  // namespace agenthost::server
