// The operations about the server itself: /, /ok, /info, /metrics, /openapi.json. Thread-safe once
// registered.
#pragma once

#include <functional>
#include <string>

#include "host/routers/route_table.hpp"
#include "host/runtime/graph_catalog.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::routers {

// All of it must outlive the table.
struct SystemRouting {
  storage::Storage& storage;
  const runtime::GraphCatalog& graphs;
  std::string version;
  // What /metrics shows.
  std::function<void(telemetry::MetricPage&)> add_metrics;
};

// Adds /openapi.json too, which describes every route that is in the table by then: call it last.
void add_system_routes(RouteTable& routes, const SystemRouting& routing);

}  // namespace agenthost::routers
