// EventDelivery: one client reading the events of one run as server-sent events: replay, live, heartbeats,
// end. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/routers/heartbeat.hpp"
#include "host/routers/http.hpp"
#include "host/runtime/event_stream.hpp"

namespace agenthost::routers {

struct EventRequest {
  std::optional<std::uint64_t> after;  // replay what comes behind this id; nullopt: live only
  runtime::StreamModes modes = ~0U;    // only events of these
  runtime::Subgraphs subgraphs =
      runtime::Subgraphs::kShown;            // hidden: of the graphs inside only custom, messages
  std::vector<std::string> namespaces = {};  // only from these graphs and those inside them; empty: all
  Headers headers = {};                      // Content-Location, Location
};

// Starts the response and delivers until the run's `end` or until the client goes; `gone` (may be empty) is
// called when it goes before that. events null: an empty stream that ends at once.
void deliver_events(const ExchangePtr& exchange, const std::shared_ptr<runtime::EventStream>& events,
                    EventRequest request, Heartbeat& heartbeat, std::function<void()> gone);

// Whether a client that asked so gets the event.
[[nodiscard]] bool is_wanted(const runtime::Event& event, const EventRequest& request);

// "event: <name>\ndata: <data>\nid: <id>\n\n"; with the namespace behind the name where clients look for it.
[[nodiscard]] std::string sse_frame(const runtime::Event& event, runtime::Subgraphs subgraphs);

// The Last-Event-ID of a request: "-1", "-" and an id we never gave mean everything that is kept.
[[nodiscard]] std::optional<std::uint64_t> last_event_id(const Request& request);

}  // namespace agenthost::routers
