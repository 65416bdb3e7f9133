// EventDelivery: one client reading the events of one run as server-sent events: replay, live, heartbeats,
// end. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/routers/heartbeat.hpp"
#include "host/routers/http.hpp"
#include "host/routers/route_table.hpp"
#include "host/runtime/event_filter.hpp"

namespace agenthost::routers {

struct EventRequest {
  std::optional<std::uint64_t> after;  // replay what comes behind this id; nullopt: live only
  runtime::EventFilter filter;
  Headers headers = {};  // Content-Location, Location
  // How this client sees an event; "" = not at all. Empty: as sse_frame() shows it. One call at a time, under
  // the stream's lock: must be quick.
  std::function<std::string(const runtime::Event&)> frame = {};
  // Called at the end, under that lock: hands over, from wherever, the last thing the client is sent. Empty:
  // the stream just ends.
  using Say = std::function<void(std::string)>;
  std::function<void(Say)> farewell = {};
};

// Starts the response and delivers until the run's `end` or until the client goes; `gone` (may be empty) is
// called when it goes before that. events null: an empty stream that ends at once.
void deliver_events(const ExchangePtr& exchange, const std::shared_ptr<runtime::EventStream>& events,
                    EventRequest request, Heartbeat& heartbeat, std::function<void()> gone);

// "event: <name>\ndata: <data>\nid: <id>\n\n"
[[nodiscard]] std::string sse_frame(std::string_view name, const runtime::Event& event);

// The Last-Event-ID of a request: "-1", "-" and an id we never gave mean everything that is kept.
[[nodiscard]] std::optional<std::uint64_t> last_event_id(const Request& request);
// How /openapi.json tells of it.
[[nodiscard]] Parameter last_event_id_parameter();

}  // namespace agenthost::routers
