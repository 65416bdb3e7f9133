// RequestMeters: how often each route was asked, how that went and how long it took. Made when the route
// table is complete; thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <memory>

#include "host/routers/route_table.hpp"
#include "host/telemetry/instruments.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::routers {

class RequestMeter {
 public:
  // took: from the request being complete to the head of its answer, so that of a stream it is what the
  // client waited.
  void answered(int status, std::chrono::nanoseconds took) noexcept;

 private:
  friend class RequestMeters;

  std::array<telemetry::Counter, 5> by_class_;  // 1xx, 2xx, ...
  telemetry::Timing took_{telemetry::Timing::kQuick};
};

class RequestMeters {
 public:
  // routes must outlive this and stay as it is.
  explicit RequestMeters(const RouteTable& routes);

  [[nodiscard]] RequestMeter& of(const Route& route) const;
  // Requests that no route takes.
  [[nodiscard]] RequestMeter& unrouted() const;

  // Of the routes that were asked at least once.
  void add_to(telemetry::MetricPage& page) const;

 private:
  template <class Show>
  void for_each_asked(Show show) const;

  const RouteTable& routes_;
  const std::unique_ptr<RequestMeter[]> meters_;  // one per route, and one more
};

}  // namespace agenthost::routers
