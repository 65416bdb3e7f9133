// HttpSocket: a WebSocket as the routers hold it, from any thread and for as long as they like. It knows its
// connection by number only, as an HttpExchange does. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/routers/http.hpp"
#include "host/server/http_exchange.hpp"
#include "host/server/inbox.hpp"

namespace agenthost::server {

class HttpSocket final : public routers::Socket {
 public:
  HttpSocket(std::shared_ptr<Inbox> inbox, RequestAddress address);

  void send(std::shared_ptr<const std::string> text) override;
  void close(std::uint16_t code, std::string_view reason) override;

 private:
  // Constant after construction
  const std::shared_ptr<Inbox> inbox_;  // Shared because: the worker may be gone first.
  const RequestAddress address_;
};

}  // namespace agenthost::server
