// TestServer: a running HttpServer on a free port with a handler made for misbehaving clients. Thread-safe.
//
//   /x, /id...     answers at once: method, path and size of the body
//   /echo          answers with the request's body
//   /big?BYTES     answers BYTES bytes
//   /later         keeps the exchange: take_pending()
//   /sse           opens a stream and keeps it: broadcast(), take_pending(); the head carries X-Stream:
//   <number> /drop, /throw  answers nothing / throws
//   /ws            becomes a WebSocket that says every message back; "close" closes it, "flood" sends for
//   ever;
//                  its end counts as a disconnect
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "host/server/http_server.hpp"

namespace agenthost::server::testing {

class TestHandler final : public routers::RequestHandler {
 public:
  void handle(routers::Request request, routers::ExchangePtr exchange) override;

  // Waits for the next kept exchange and hands it over; nullptr after ten seconds.
  [[nodiscard]] routers::ExchangePtr take_pending();
  // Waits until that many kept exchanges have lost their client.
  [[nodiscard]] bool wait_for_disconnects(std::size_t count);
  [[nodiscard]] std::size_t disconnects() const;

  // Sends every open stream "data: <its number> <text>\n\n".
  void broadcast(const std::string& text);
  [[nodiscard]] std::size_t streams() const;

 private:
  void watch(routers::Exchange& exchange, std::size_t number);
  void keep(routers::ExchangePtr exchange);
  void open_stream(const routers::ExchangePtr& exchange);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Guarded by mutex_
  std::vector<routers::ExchangePtr> pending_;
  std::vector<std::pair<std::size_t, routers::ExchangePtr>> streams_;
  std::size_t next_stream_ = 1;
  std::size_t disconnects_ = 0;
};

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {});

  TestHandler handler;
  telemetry::Logger logger{telemetry::Level::kOff};
  HttpServer http;
  std::uint16_t port = 0;
};

// Polls until condition() holds; false when it did not within ten seconds.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace agenthost::server::testing
