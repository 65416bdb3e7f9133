// Connection: one client. Reads requests one after the other, hands each to the handler, writes the answers
// in order. Strand-bound: everything happens on its worker's thread; others reach it through an HttpExchange.
//
// While a request is in work nothing more is parsed and little more is read: that gives pipelining its order
// and lets TCP push back. Output is collected and sent when the worker settles the connection at the end of
// an event batch.
//
// A connection that was upgraded is a WebSocket to its end: take() hands its bytes to the frames' parser;
// output, stall time-out and clean-up are the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "host/routers/http.hpp"
#include "host/server/http_exchange.hpp"
#include "host/server/input_buffer.hpp"
#include "host/server/output_queue.hpp"
#include "host/server/request_parser.hpp"
#include "host/server/response_writer.hpp"
#include "host/server/web_socket.hpp"

namespace agenthost::server {

class Worker;
using Clock = std::chrono::steady_clock;

// The events a socket is watched for; that the peer reset it is always told.
struct Interest {
  bool read = false;
  bool write = false;

  friend bool operator==(const Interest&, const Interest&) = default;
};

class Connection final : private WebSocketUser {
 public:
  Connection(Worker& worker, std::uint64_t id, int socket, std::string peer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] std::uint64_t request_number() const { return request_number_; }

  // What the worker tells
  void on_readable();
  void on_writable() { touch(); }
  void on_hangup() { drop(); }
  void on_tick(Clock::time_point now);
  void on_drain();
  // The end of a batch in which this connection was touched: go on reading, flush, close.
  void settle();
  // Last call: the worker has already forgotten this connection.
  void on_closed();
  // Ends the connection now; nothing more is sent.
  void drop();
  [[nodiscard]] bool is_dead() const { return phase_ == Phase::kDead; }

  // What the request's exchange tells
  void respond(routers::Response response);
  void start_stream(int status, std::string_view content_type, const routers::Headers& headers);
  void write(std::shared_ptr<const std::string> piece);
  void end_stream();
  void upgrade(std::shared_ptr<routers::SocketUser> user);
  void abandon();

  // What the socket's holder tells
  void send_text(std::string_view text);
  void close_socket(std::uint16_t code, std::string_view reason);

 private:
  enum class Phase {
    kIdle,       // between requests
    kHead,       // a request's head has begun
    kBody,       // its body is coming
    kInWork,     // the handler has it
    kStreaming,  // the answer's body is going out piece by piece
    kSocket,     // it is a WebSocket now
    kClosing,    // answered for the last time; closes when all is sent
    kLingering,  // all sent; what still comes in is thrown away until the client closes too
    kDead,
  };
  [[nodiscard]] bool may_parse() const;
  [[nodiscard]] bool is_backed_up() const;
  [[nodiscard]] bool wants_input() const;
  void receive();
  void take(std::string_view bytes);
  [[nodiscard]] std::size_t parse(std::string_view bytes);
  void note_progress();
  void parse_buffered();
  void dispatch();
  void hand_over(routers::Request request);
  void refuse(int status, std::string_view detail);

  void put_head(int status, std::string_view content_type, const routers::Headers& headers, Framing framing);
  void put_answer(routers::Response response);
  void finish_answer();
  [[nodiscard]] bool has_room_for_more();
  void drop_slow_reader(std::string_view why);

  void send_bytes(std::string_view bytes) override { output_.append(bytes); }
  void on_message(std::string message) override { socket_user_->on_message(std::move(message)); }
  void feed_socket(std::string_view bytes);
  void look_after_socket();
  void tell_socket_user();
  void on_socket_tick(Clock::time_point now);

  void on_end_of_input();
  void probe_client();
  void flush();
  void update_interest();
  void finish_closing();
  void enter(Phase phase);
  void set_phase(Phase phase);
  void touch();

  // Constant after construction
  Worker& worker_;
  const std::uint64_t id_;
  const int socket_;  // owned by the worker's transport
  const std::string peer_;

  Phase phase_ = Phase::kIdle;
  Clock::time_point since_;         // when the phase began
  Clock::time_point output_moved_;  // when the client last took bytes
  bool touched_ = false;
  bool readable_ = false;  // reported, not yet read
  bool end_of_input_ = false;
  bool probed_ = false;
  bool blocked_ = false;            // the kernel takes no more output for now
  Interest interest_{true, false};  // what the worker watches for
  bool refused_ = false;            // a request was malformed, too large or too slow

  InputBuffer input_;
  RequestParser parser_;
  OutputQueue output_;
  std::size_t output_reported_ = 0;  // the share of Counters::queued_bytes that is ours

  AnswerTo answer_to_;  // the request in work
  BodyFraming stream_framing_ = BodyFraming::kNone;
  std::uint64_t request_number_ = 0;
  std::weak_ptr<HttpExchange> exchange_;

  // The request in work asks for a socket: its key's answer, or why it cannot have one.
  std::optional<std::variant<std::string, routers::Response>> handshake_;
  std::unique_ptr<WebSocket> web_socket_;             // from kSocket on
  std::shared_ptr<routers::SocketUser> socket_user_;  // Shared because: others hold it, too.
  Clock::time_point heard_;                           // the socket's last bytes
  Clock::time_point pinged_;
};

}  // namespace agenthost::server
