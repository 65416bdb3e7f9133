#include "host/routers/a2a_call.hpp"

#include "host/routers/replies.hpp"

namespace agenthost::routers {

void A2aCall::succeed(const std::string& result) const {
  exchange->respond(json_reply(rpc_result_json(rpc.id, result)));
}

void A2aCall::refuse(const RpcProblem& problem) const {
  exchange->respond(rpc_error_reply(rpc.id, problem));
}

}  // namespace agenthost::routers
