// The run operations: create, stream, wait, read, cancel; on a thread and stateless. Thread-safe once
// registered.
#pragma once

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
};

void add_run_routes(RouteTable& routes, const RunRouting& routing);

}  // namespace agenthost::routers
