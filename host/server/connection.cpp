#include "host/server/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "host/server/handshake.hpp"
#include "host/server/http_socket.hpp"
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
// A body may take longer than the time-out as long as it arrives at least this fast.
constexpr std::size_t kSlowestBytesPerSecond = 4U << 10U;
// How long a client may take to read the last answer and close. Closing at once could destroy that answer:
// the kernel resets a connection that still has unread input.
constexpr std::chrono::seconds kLinger{2};

constexpr std::string_view kLastChunk = "0\r\n\r\n";

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

// ---- input
// --------------------------------------------------------------------------------------------------------

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

// ---- answers
// ------------------------------------------------------------------------------------------------------

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

// ---- WebSocket
// ------------------------------------------------------------------------------------------------------

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

// ---- output, time and the end
// -------------------------------------------------------------------------------------

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
