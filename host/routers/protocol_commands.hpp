// The commands of protocol v2 that both its transports know: starting and answering runs, reading and
// forking state. Thread-safe; they read the disk: call on a reader thread.
#pragma once

#include "host/routers/protocol_call.hpp"
#include "host/services/run_service.hpp"
#include "host/services/thread_service.hpp"
#include "host/services/thread_tapes.hpp"

namespace agenthost::routers {

struct ProtocolServices {
  services::RunService& runs;
  services::ThreadService& threads;
  services::AssistantService& assistants;
  services::ThreadTapes& tapes;
};

void run_protocol_command(const ProtocolServices& services, const ProtocolCallPtr& call);

}  // namespace agenthost::routers
