// HttpServer: the HTTP/1.1 front. Accepts connections, reads requests, hands each complete one to the
// RequestHandler and sends the answers. Speaks CORS and refuses what is malformed, too large or too slow by
// itself.
//
// It stands on Pistache's reactor and transport; everything above them is its own.
// Thread-safe. One per process is meant: each leaves a few of Pistache's descriptors behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "host/base/error.hpp"
#include "host/routers/http.hpp"
#include "host/server/counters.hpp"
#include "host/server/server_options.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::server {

class HttpServer {
 public:
  // handler and logger must outlive the server.
  HttpServer(ServerOptions options, routers::RequestHandler& handler, telemetry::Logger& logger);
  ~HttpServer();  // stops without grace
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens and serves; returns the port. Once only.
  [[nodiscard]] Result<std::uint16_t> start();

  // Takes no new connections, lets requests under way finish for up to `grace`, then closes what is left
  // (their on_disconnect fires). Idempotent. Not from a handler: it waits for the I/O threads.
  void stop(std::chrono::milliseconds grace);

  [[nodiscard]] const Counters& counters() const;

 private:
  struct Impl;

  std::mutex mutex_;  // one start or stop at a time
  std::unique_ptr<Impl> impl_;
};

}  // namespace agenthost::server
