// The HTTP vocabulary between the server (bytes) and the routers (meaning): a parsed Request, a Response, and
// the Exchange through which exactly one answer goes back. Nothing here knows sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agenthost::routers {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

[[nodiscard]] std::string_view to_string(Method method);

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

// One request, complete. Immutable once handed to a handler.
struct Request {
  Method method = Method::kGet;
  std::string path;   // raw, still percent-encoded, without the query
  std::string query;  // raw, without '?'
  Headers headers;    // names in lower case, in order of arrival
  std::string body;
  std::string peer;           // "127.0.0.1:50312", for the log
  bool wants_socket = false;  // asks to become a WebSocket: Exchange::upgrade

  // Filled by the route table: the decoded parameters of the path, in the pattern's order.
  std::vector<std::pair<std::string_view, std::string>> path_params;

  [[nodiscard]] const std::string* header(std::string_view lower_case_name) const;
  [[nodiscard]] std::string_view path_param(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;  // empty = no body
  std::string body;
  Headers headers;  // extra ones; CORS, Date, length and connection are the server's business
};

// One WebSocket, in whole text messages. Thread-safe: calls take effect in the order made; after the client
// has gone every call is harmless.
class Socket {
 public:
  virtual ~Socket() = default;

  // A client that is too far behind is disconnected.
  virtual void send(std::shared_ptr<const std::string> text) = 0;
  // Ends it in order, with a code of RFC 6455, section 7.4.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
};
// Shared because: several streams may be talking on it.
using SocketPtr = std::shared_ptr<Socket>;

// Who talks on a socket. Called on the socket's I/O thread, one call at a time: must not block.
struct SocketUser {
  virtual ~SocketUser() = default;
  virtual void on_open(SocketPtr socket) = 0;        // first
  virtual void on_message(std::string message) = 0;  // text, or bytes that should be text
  virtual void on_close() = 0;                       // last, however it ended
};

class RequestMeter;

// One request's way back. Either respond() once, or start_stream(), write()*, end_stream(), or upgrade().
// Thread-safe: any thread may call; calls of one exchange take effect in the order made. When the last
// reference goes without an answer the server answers 500, so no client is ever left hanging. After the
// client has gone every call is harmless.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual void respond(Response response) = 0;

  // Sends the head; the body follows in pieces (chunked for HTTP/1.1).
  virtual void start_stream(int status, std::string_view content_type, Headers headers) = 0;
  // A reader that is too far behind is disconnected: then on_disconnect fires and writes are dropped.
  virtual void write(std::shared_ptr<const std::string> piece) = 0;
  virtual void end_stream() = 0;

  // Answers the handshake of a WebSocket, and the connection is the user's from then on; or refuses a wrong
  // handshake, and lets go of the user unopened.
  virtual void upgrade(std::shared_ptr<SocketUser> user) = 0;

  // Called once, from any thread, when the client goes (or is dropped) before the answer was complete. Set it
  // before the first call above. If the client has gone already it is called at once.
  virtual void on_disconnect(std::function<void()> gone) = 0;

  // Who counts the answer, once its head goes out. Set it before the first call above, or never.
  virtual void measure_by(RequestMeter& meter) = 0;
};
// Shared because: a run's stream, a heartbeat and the handler may all still hold it.
using ExchangePtr = std::shared_ptr<Exchange>;

// What the server calls for each complete request, on its I/O thread: must not block. Thread-safe.
struct RequestHandler {
  virtual ~RequestHandler() = default;
  virtual void handle(Request request, ExchangePtr exchange) = 0;
};

}  // namespace agenthost::routers
