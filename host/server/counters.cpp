#include "host/server/counters.hpp"

namespace agenthost::server {

using telemetry::MetricPage;

void Counters::add_to(MetricPage& page) const {
  using Kind = MetricPage::Kind;
  const auto now = [](const std::atomic<std::size_t>& number) { return std::uint64_t{number.load()}; };
  page.single("agenthost_http_connections_open", Kind::kGauge, "Connections of clients.",
              now(connections_open));
  page.single("agenthost_http_connections_accepted_total", Kind::kCounter, "Connections taken.",
              connections_accepted.load());
  page.family("agenthost_http_streams_open", Kind::kGauge,
              "Answers that are still being written (kind=response), and WebSockets (kind=websocket).");
  page.sample({{"kind", "response"}}, now(streams_open));
  page.sample({{"kind", "websocket"}}, now(sockets_open));
  page.single("agenthost_http_requests_refused_total", Kind::kCounter,
              "Requests that were malformed, too large or too slow to be looked at.",
              requests_refused.load());
  page.single("agenthost_http_readers_dropped_total", Kind::kCounter,
              "Clients disconnected because they read too slowly.", readers_dropped.load());
  page.single("agenthost_http_queued_bytes", Kind::kGauge, "Output that waits for clients to read it.",
              now(queued_bytes));
}

}  // namespace agenthost::server
