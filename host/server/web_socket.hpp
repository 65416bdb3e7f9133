// WebSocket: bytes in, whole messages out, and the other way round: the frames of RFC 6455, server side,
// without I/O (wslay does the work). Pings are answered, the closing handshake is kept, and a peer that
// breaks the rules (unmasked frames, invalid UTF-8, a message too large) is told so and not listened to any
// more. No extensions. Strand-bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace agenthost::server {

// What a WebSocket gives to its connection.
struct WebSocketUser {
  virtual ~WebSocketUser() = default;
  virtual void send_bytes(std::string_view bytes) = 0;
  virtual void on_message(std::string message) = 0;
};

class WebSocket {
 public:
  // user must outlive this.
  WebSocket(std::size_t max_message_bytes, WebSocketUser& user);
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  void receive(std::string_view bytes);
  void send_text(std::string_view text);
  void ping();
  void close(std::uint16_t code, std::string_view reason);

  // kClosing: we have said goodbye and wait for the same. kOver: both have, or the peer broke the rules.
  enum class State { kOpen, kClosing, kOver };
  [[nodiscard]] State state() const;

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

}  // namespace agenthost::server
