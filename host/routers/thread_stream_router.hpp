// The streams that follow a thread: protocol v2 (events, commands, WebSocket) and the older join of all its
// runs. Registration; immutable afterwards.
#pragma once

#include "host/base/executor.hpp"
#include "host/routers/heartbeat.hpp"
#include "host/routers/protocol_commands.hpp"
#include "host/routers/route_table.hpp"

namespace agenthost::routers {

struct ThreadStreamRouting {
  ProtocolServices services;
  Heartbeat& heartbeat;
  Executor& readers;
  Timers& timers;
};

void add_thread_stream_routes(RouteTable& routes, const ThreadStreamRouting& routing);

}  // namespace agenthost::routers
