// Dispatcher: finds the route of a request and runs its handler where it may run. Thread-safe.
#pragma once

#include "host/base/executor.hpp"
#include "host/routers/http.hpp"
#include "host/routers/request_meters.hpp"
#include "host/routers/route_table.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::routers {

class Dispatcher final : public RequestHandler {
 public:
  // All of it must outlive this.
  Dispatcher(const RouteTable& routes, const RequestMeters& meters, Executor& readers,
             telemetry::Logger& logger);

  void handle(Request request, ExchangePtr exchange) override;

 private:
  void run(const Route& route, const Request& request, const ExchangePtr& exchange) const;

  const RouteTable& routes_;
  const RequestMeters& meters_;
  Executor& readers_;
  telemetry::Logger& logger_;
};

}  // namespace agenthost::routers
