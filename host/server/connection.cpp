#include "host/server/connection.hpp"

#include <algorithm>
#include <utility>

#include "host/server/handshake.hpp"
#include "host/server/http_socket.hpp"
#include "host/server/worker.hpp"

namespace agenthost::server {
namespace {

// A body may take longer than the time-out as long as it arrives at least this fast.
constexpr std::size_t kSlowestBytesPerSecond = 4U << 10U;
// How long a client may take to read the last answer and close. Closing at once could destroy that answer:
// the kernel resets a connection that still has unread input.
constexpr std::chrono::seconds kLinger{2};

}  // namespace

Connection::Connection(Worker& worker, std::uint64_t id, int socket, std::string peer)
    : worker_(worker),
      id_(id),
      socket_(socket),
      peer_(std::move(peer)),
      since_(worker.now()),
      output_moved_(since_),
      parser_({worker.front().options.max_head_bytes, worker.front().options.max_body_bytes}) {}

void Connection::enter(Phase phase) {
  set_phase(phase);
  since_ = worker_.now();
}

// Keeps the counters of what is open in step.
void Connection::set_phase(Phase phase) {
  auto& counters = worker_.front().counters;
  const auto recount = [&](Phase counted, std::atomic<std::size_t>& open) {
    if (phase_ == counted) --open;
    if (phase == counted) ++open;
  };
  recount(Phase::kStreaming, counters.streams_open);
  recount(Phase::kSocket, counters.sockets_open);
  phase_ = phase;
}

void Connection::touch() {
  if (touched_ || is_dead()) return;
  touched_ = true;
  worker_.settle_later(*this);
}

void Connection::drop() {
  if (is_dead()) return;
  set_phase(Phase::kDead);
  worker_.bury(*this);
}

void Connection::on_closed() {
  worker_.front().counters.queued_bytes -= output_reported_;
  if (const auto exchange = exchange_.lock()) exchange->client_gone();
  tell_socket_user();
}

// ---- WebSocket ----

void Connection::upgrade(std::shared_ptr<routers::SocketUser> user) {
  if (phase_ != Phase::kInWork) return;
  if (!handshake_) return respond(error_response(426, "this address is a WebSocket's"));
  if (auto* refusal = std::get_if<routers::Response>(&*handshake_)) return respond(std::move(*refusal));
  if (worker_.is_draining()) return respond(error_response(503, "the server is shutting down"));
  output_.append(switching_head(std::get<std::string>(*handshake_)));
  handshake_.reset();
  if (const auto exchange = exchange_.lock()) exchange->answered();
  exchange_.reset();
  web_socket_ =
      std::make_unique<WebSocket>(worker_.front().options.max_body_bytes, static_cast<WebSocketUser&>(*this));
  socket_user_ = std::move(user);
  heard_ = pinged_ = worker_.now();
  enter(Phase::kSocket);
  // The request's number stays as it is: it names this socket.
  socket_user_->on_open(std::make_shared<HttpSocket>(worker_.inbox(), RequestAddress{id_, request_number_}));
  touch();
}

void Connection::feed_socket(std::string_view bytes) {
  heard_ = worker_.now();
  web_socket_->receive(bytes);
  look_after_socket();
}

void Connection::send_text(std::string_view text) {
  if (phase_ != Phase::kSocket) return;
  if (!has_room_for_more()) return drop_slow_reader("is too far behind");
  web_socket_->send_text(text);
  look_after_socket();
  touch();
}

void Connection::close_socket(std::uint16_t code, std::string_view reason) {
  if (phase_ != Phase::kSocket || web_socket_->state() != WebSocket::State::kOpen) return;
  web_socket_->close(code, reason);
  since_ = worker_.now();
  look_after_socket();
  touch();
}

void Connection::look_after_socket() {
  if (phase_ != Phase::kSocket || web_socket_->state() != WebSocket::State::kOver) return;
  refused_ = true;  // it may still be sending: let it read our goodbye
  enter(Phase::kClosing);
  tell_socket_user();
}

void Connection::tell_socket_user() {
  if (const auto user = std::exchange(socket_user_, nullptr)) user->on_close();
}

// A goodbye is waited for as long as an answer's last byte; silence is asked about, then taken for absence.
void Connection::on_socket_tick(Clock::time_point now) {
  const auto period = worker_.front().options.socket_ping;
  if (web_socket_->state() == WebSocket::State::kClosing) {
    if (now - since_ > kLinger) drop();
  } else if (pinged_ > heard_) {
    if (now - pinged_ > period) drop();
  } else if (now - heard_ > period) {
    pinged_ = now;
    web_socket_->ping();
    touch();
  }
}

// ---- Output, time and the end ----

void Connection::flush() {
  if (is_dead()) return;
  const auto before = output_.size();
  const auto outcome = output_.send(socket_);
  if (outcome == OutputQueue::Outcome::kBroken) return drop();
  if (output_.size() < before || !blocked_) output_moved_ = worker_.now();
  auto& queued = worker_.front().counters.queued_bytes;
  if (output_.size() != output_reported_)
    queued += output_.size() - std::exchange(output_reported_, output_.size());
  blocked_ = outcome == OutputQueue::Outcome::kBlocked;
  if (!blocked_ && phase_ == Phase::kClosing) finish_closing();
}

// Events are level-triggered: unread input would be reported for ever while nobody wants it.
void Connection::update_interest() {
  if (is_dead()) return;
  const Interest interest{wants_input(), blocked_};
  if (interest == interest_) return;
  interest_ = interest;
  worker_.watch(socket_, interest);
}

void Connection::finish_closing() {
  const bool more_may_come = refused_ || !input_.empty();
  if (end_of_input_ || !more_may_come) return drop();
  ::shutdown(socket_, SHUT_WR);
  enter(Phase::kLingering);
  touch();
}

void Connection::drop_slow_reader(std::string_view why) {
  worker_.front().counters.readers_dropped.fetch_add(1, std::memory_order_relaxed);
  worker_.front().logger.warn("server", peer_ + " " + std::string(why) + " (" +
                                            std::to_string(output_.size()) + " bytes wait); disconnected");
  drop();
}

// The client sends no more. It may still read (half-close), so whatever it asked is answered, but nobody
// waits for it.
void Connection::on_end_of_input() {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kBody:
      return output_.empty() ? drop() : enter(Phase::kClosing);
    case Phase::kInWork:
      return probe_client();
    case Phase::kStreaming:
    case Phase::kSocket:
    case Phase::kLingering:
      return drop();
    case Phase::kClosing:
    case Phase::kDead:
      break;
  }
}

// Half-closed or gone? Both look the same until something is sent: a client that has gone answers an interim
// response with a reset. Asked only when somebody wants to know.
void Connection::probe_client() {
  if (probed_ || answer_to_.http_minor == 0) return;
  const auto exchange = exchange_.lock();
  if (!exchange || !exchange->is_watched()) return;
  probed_ = true;
  output_.append("HTTP/1.1 102 Processing\r\n\r\n");
}

void Connection::on_tick(Clock::time_point now) {
  const auto& options = worker_.front().options;
  const auto age = now - since_;
  if (blocked_ && now - output_moved_ > options.write_stall_timeout) {
    return drop_slow_reader("has stopped reading");
  }
  switch (phase_) {
    case Phase::kIdle:
      // A large answer may still be on its way.
      if (output_.empty() && now - std::max(since_, output_moved_) > options.idle_timeout) drop();
      break;
    case Phase::kHead:
      if (age > options.head_timeout) refuse(408, "the request's head did not arrive in time");
      break;
    case Phase::kBody: {
      const std::chrono::seconds earned(parser_.body_received() / kSlowestBytesPerSecond);
      if (age > options.body_timeout + earned) refuse(408, "the request's body did not arrive in time");
      break;
    }
    case Phase::kInWork:
      if (end_of_input_ && !probed_) touch();
      break;
    case Phase::kSocket:
      on_socket_tick(now);
      break;
    case Phase::kLingering:
      if (age > kLinger) drop();
      break;
    case Phase::kStreaming:
    case Phase::kClosing:
    case Phase::kDead:
      break;
  }
}

// Requests under way are answered (and say Connection: close); a connection at rest has nothing to wait for.
void Connection::on_drain() {
  constexpr std::uint16_t kGoingAway = 1001;
  if (phase_ == Phase::kSocket) return close_socket(kGoingAway, "the server is shutting down");
  if (phase_ != Phase::kIdle) return;
  enter(Phase::kClosing);
  touch();
}

}  // namespace agenthost::server