// A2aCall: one request of an Agent2Agent client and its answer. Answer it once; a call is shared by whoever
// works on it. Immutable, so thread-safe.
#pragma once

#include <memory>
#include <string>

#include "host/routers/a2a_dialect.hpp"
#include "host/routers/json_rpc.hpp"
#include "host/routers/runs_router.hpp"
#include "host/services/assistant_service.hpp"
#include "host/services/thread_service.hpp"

namespace agenthost::routers {

// All of it must outlive the routes.
struct A2aServices {
  services::AssistantService& assistants;
  services::ThreadService& threads;
  RunRouting runs;
};

struct A2aCall {
  A2aServices services;
  Request request;
  RpcMessage rpc;
  const A2aDialect& dialect;
  models::Assistant assistant;
  ExchangePtr exchange;

  void succeed(const std::string& result) const;
  void refuse(const RpcProblem& problem) const;
};
// Shared because: a service's callbacks hold it until the answer is there.
using A2aCallPtr = std::shared_ptr<const A2aCall>;

}  // namespace agenthost::routers
