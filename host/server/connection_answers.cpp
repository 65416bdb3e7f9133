// What a request's exchange tells its connection: the answer, whole or piece by piece.
#include "host/server/connection.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "host/server/worker.hpp"

namespace agenthost::server {
namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace

void Connection::put_head(int status, std::string_view content_type, const routers::Headers& headers,
                          Framing framing) {
  if (worker_.is_draining()) answer_to_.persistence = Persistence::kClose;
  auto& head = worker_.head_buffer();
  head.clear();
  append_head(head, status, content_type, headers, framing, answer_to_, worker_.front().cors, worker_.date());
  output_.append(head);
}

void Connection::put_answer(routers::Response response) {
  put_head(response.status, response.content_type, response.headers,
           framing_for(response.status, response.body.size()));
  if (has_body(answer_to_, response.status)) output_.append_owned(std::move(response.body));
}

void Connection::finish_answer() {
  if (const auto exchange = exchange_.lock()) exchange->answered();
  exchange_.reset();
  ++request_number_;
  enter(answer_to_.persistence == Persistence::kClose ? Phase::kClosing : Phase::kIdle);
  touch();
}

void Connection::respond(routers::Response response) {
  if (phase_ != Phase::kInWork) return;
  if (response.status < 200 || response.status > 999) {
    worker_.front().logger.error("server", "a handler answered with status " +
                                               std::to_string(response.status) +
                                               ", which is no final HTTP status; sent 500");
    response = error_response(500, "Internal Server Error");
  }
  put_answer(std::move(response));
  finish_answer();
}

void Connection::start_stream(int status, std::string_view content_type, const routers::Headers& headers) {
  if (phase_ != Phase::kInWork) return;
  stream_framing_ = answer_to_.http_minor == 0 ? BodyFraming::kUntilClose : BodyFraming::kChunked;
  const bool body = has_body(answer_to_, status);
  // A stream without a body (HEAD) has nothing more to send: closing ends it on both sides, through
  // on_disconnect.
  if (!body || stream_framing_ == BodyFraming::kUntilClose) answer_to_.persistence = Persistence::kClose;
  put_head(status, content_type, headers, {body ? stream_framing_ : BodyFraming::kNone, 0});
  enter(body ? Phase::kStreaming : Phase::kClosing);
  touch();
}

void Connection::write(std::shared_ptr<const std::string> piece) {
  if (phase_ != Phase::kStreaming) return;
  if (!has_room_for_more()) return drop_slow_reader("is too far behind");
  if (stream_framing_ == BodyFraming::kChunked) {
    std::array<char, 20> size{};
    auto* end = std::to_chars(size.data(), size.data() + size.size(), piece->size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    output_.append(std::string_view(size.data(), static_cast<std::size_t>(end - size.data())));
    output_.append_shared(std::move(piece));
    output_.append("\r\n");
  } else {
    output_.append_shared(std::move(piece));
  }
  touch();
}

bool Connection::has_room_for_more() {
  const auto limit = worker_.front().options.max_stream_buffer_bytes;
  if (output_.size() > limit) flush();
  return output_.size() <= limit;
}

void Connection::end_stream() {
  if (phase_ != Phase::kStreaming) return;
  if (stream_framing_ == BodyFraming::kChunked) output_.append(kLastChunk);
  finish_answer();
}

void Connection::abandon() {
  if (phase_ == Phase::kStreaming) return drop();
  if (phase_ != Phase::kInWork) return;
  worker_.front().logger.error("server", "a request was dropped without an answer; sent 500");
  respond(error_response(500, "Internal Server Error"));
}

}  // namespace agenthost::server
