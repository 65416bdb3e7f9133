// The run operations: create, stream, wait, read, join, cancel; on a thread and stateless. Thread-safe once
// registered.
#pragma once

#include <string>
#include <vector>

#include "host/base/executor.hpp"
#include "host/routers/heartbeat.hpp"
#include "host/routers/route_table.hpp"
#include "host/services/run_service.hpp"

namespace agenthost::routers {

// What runs/wait answers by default: the bare final values, or {run_id, thread_id, status, output, error,
// metadata}.
enum class WaitEnvelope { kNone, kRun };

// All of it must outlive the table.
struct RunRouting {
  services::RunService& runs;
  Heartbeat& heartbeat;
  Executor& readers;
  WaitEnvelope envelope = WaitEnvelope::kNone;
  // Headers that a run finds in its configurable: "x-*" patterns in lower case, see configurable_headers.hpp.
  std::vector<std::string> configurable_headers = {};
};

void add_run_routes(RouteTable& routes, const RunRouting& routing);

// Its two halves.
void add_run_creation_routes(RouteTable& routes, const RunRouting& routing);
void add_run_control_routes(RouteTable& routes, const RunRouting& routing);

}  // namespace agenthost::routers
