// Counters: what the front has done and holds, for /metrics and for tests. Thread-safe; each number is exact,
// the set is not a snapshot of one instant.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "host/telemetry/metric_page.hpp"

namespace agenthost::server {

struct Counters {
  std::atomic<std::size_t> connections_open{0};
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> requests{0};          // complete ones, handed on or answered here
  std::atomic<std::uint64_t> requests_refused{0};  // malformed, too large or too slow
  std::atomic<std::uint64_t> readers_dropped{0};   // too far behind, or stalled
  std::atomic<std::size_t> queued_bytes{0};        // waiting for clients to read them
  std::atomic<std::size_t> streams_open{0};        // answers going out piece by piece
  std::atomic<std::size_t> sockets_open{0};        // WebSockets

  void add_to(telemetry::MetricPage& page) const;
};

}  // namespace agenthost::server
