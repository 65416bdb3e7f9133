// ServerOptions: what the HTTP front may use and for how long it waits. Every limit has a value. Immutable
// once given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace agenthost::server {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one
  unsigned io_threads = 1;

  std::size_t max_head_bytes = 32U << 10U;
  std::size_t max_body_bytes = 16U << 20U;
  // A stream whose reader is further behind than this is cut off when the next piece comes.
  std::size_t max_stream_buffer_bytes = 4U << 20U;

  std::chrono::milliseconds head_timeout{10'000};         // from a request's first byte to its blank line
  std::chrono::milliseconds body_timeout{60'000};         // longer for bodies that arrive at a decent rate
  std::chrono::milliseconds idle_timeout{75'000};         // between requests of one connection
  std::chrono::milliseconds write_stall_timeout{30'000};  // no byte taken by the client while some wait
  std::chrono::milliseconds socket_ping{20'000};  // a WebSocket silent for so long is asked whether it lives

  std::vector<std::string> cors_origins{"*"};
};

}  // namespace agenthost::server
