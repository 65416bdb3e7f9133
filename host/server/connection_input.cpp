// What comes in over a connection: how much is read and when, and the requests in it.
#include "host/server/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "host/server/handshake.hpp"
#include "host/server/worker.hpp"

namespace agenthost::server {
namespace {

// Reads per turn before the other connections get theirs.
constexpr int kReadsPerTurn = 16;
// Bytes taken in while a request is in work: enough to notice that the client went, little enough to hold for
// thousands.
constexpr std::size_t kReadAhead = 16U << 10U;
// Answers not yet sent beyond which no further request of the same client is looked at. Without it a client
// that pipelines and never reads would have all its answers kept for it.
constexpr std::size_t kAnswersAhead = 256U << 10U;

}  // namespace

void Connection::on_readable() {
  readable_ = true;
  touch();
}

void Connection::settle() {
  touched_ = false;
  parse_buffered();
  receive();
  const bool held_back = is_backed_up();
  if (end_of_input_ && !held_back) on_end_of_input();
  flush();
  if (held_back && !is_backed_up()) touch();
  update_interest();
}

bool Connection::is_backed_up() const {
  return output_.size() > kAnswersAhead;
}

bool Connection::may_parse() const {
  return phase_ <= Phase::kBody && !is_backed_up();
}

bool Connection::wants_input() const {
  if (end_of_input_) return false;
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kBody:
    case Phase::kSocket:
      return !is_backed_up();
    case Phase::kLingering:
      return true;
    case Phase::kInWork:
    case Phase::kStreaming:
      return input_.size() < kReadAhead;
    case Phase::kClosing:
    case Phase::kDead:
      break;
  }
  return false;
}

void Connection::receive() {
  if (!std::exchange(readable_, false)) return;
  auto& buffer = worker_.read_buffer();
  for (int turn = 0; turn < kReadsPerTurn && wants_input(); ++turn) {
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      take({buffer.data(), static_cast<std::size_t>(count)});
      if (static_cast<std::size_t>(count) < buffer.size())
        return;  // all there was; what comes now is a new event
    } else if (count == 0) {
      end_of_input_ = true;
      return;
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      return drop();
    }
  }
}

void Connection::take(std::string_view bytes) {
  if (phase_ == Phase::kLingering) return;
  if (phase_ == Phase::kSocket) return feed_socket(bytes);
  // The common case: a whole request in one read is parsed where it lies.
  if (input_.empty() && may_parse()) bytes.remove_prefix(parse(bytes));
  if (bytes.empty()) return;
  input_.append(bytes);
  parse_buffered();
}

void Connection::parse_buffered() {
  if (!input_.empty() && may_parse()) input_.consume(parse(input_.view()));
  if (phase_ != Phase::kSocket || input_.empty()) return;
  feed_socket(input_.view());  // what came close behind the handshake
  input_.consume(input_.size());
}

// Parses and dispatches until a request is in work or more bytes are needed; returns how many were used.
std::size_t Connection::parse(std::string_view bytes) {
  std::size_t used = 0;
  while (may_parse() && used < bytes.size()) {
    const auto count = parser_.feed(bytes.substr(used));
    used += count;
    switch (parser_.state()) {
      case RequestParser::State::kComplete:
        dispatch();
        break;
      case RequestParser::State::kFailed:
        refuse(parser_.failure().status, parser_.failure().text);
        break;
      default:
        note_progress();
        return used;
    }
  }
  return used;
}

void Connection::note_progress() {
  const auto state = parser_.state();
  if (state == RequestParser::State::kHead && phase_ == Phase::kIdle) enter(Phase::kHead);
  if (state != RequestParser::State::kBody || phase_ == Phase::kBody) return;
  enter(Phase::kBody);
  if (parser_.expects_continue() && parser_.body_received() == 0)
    output_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

void Connection::dispatch() {
  answer_to_.http_minor = parser_.http_minor();
  answer_to_.persistence = parser_.keep_alive() ? Persistence::kKeepAlive : Persistence::kClose;
  auto request = parser_.take();
  answer_to_.method = request.method;
  const auto& front = worker_.front();
  if (front.cors.depends_on_origin()) {
    const auto* origin = request.header("origin");
    answer_to_.origin = origin ? *origin : std::string();
  }
  handshake_.reset();
  if (asks_for_socket(request)) {
    request.wants_socket = true;
    handshake_ = judge_handshake(request, answer_to_.http_minor, front.cors);
  }
  enter(Phase::kInWork);
  ++request_number_;
  worker_.front().counters.requests.fetch_add(1, std::memory_order_relaxed);
  if (auto preflight = front.cors.answer_preflight(request)) return respond(std::move(*preflight));
  request.peer = peer_;
  hand_over(std::move(request));
}

void Connection::hand_over(routers::Request request) {
  auto exchange =
      std::make_shared<HttpExchange>(worker_.inbox(), RequestAddress{id_, request_number_}, worker_.now());
  exchange_ = exchange;
  // A handler that throws has dropped its exchange, or somebody else answers.
  try {
    worker_.front().handler.handle(std::move(request), std::move(exchange));
  } catch (const std::exception& error) {
    worker_.front().logger.error("server", std::string("a request handler threw: ") + error.what());
  } catch (...) {
    worker_.front().logger.error("server", "a request handler threw something that is no std::exception");
  }
}

void Connection::refuse(int status, std::string_view detail) {
  worker_.front().counters.requests_refused.fetch_add(1, std::memory_order_relaxed);
  refused_ = true;
  answer_to_ = {};
  answer_to_.persistence = Persistence::kClose;
  put_answer(error_response(status, detail));
  enter(Phase::kClosing);
  touch();
}

}  // namespace agenthost::server
