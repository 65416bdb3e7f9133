// A2aMessage: what a client of Agent2Agent sends to an agent, and the run it asks for. Thread-safe functions.
#pragma once

#include <optional>
#include <string>

#include "host/models/run_request.hpp"
#include "host/models/thread.hpp"
#include "host/routers/json_rpc.hpp"
#include "host/runtime/graph.hpp"

namespace agenthost::routers {

struct A2aMessage {
  std::string id;
  std::optional<std::string> text;  // of all text parts, a line each
  std::optional<std::string> data;  // of all data parts: one JSON object
  std::string context_id, task_id;  // empty: a new one

  // params.message, in either version's words. kInvalidParams; kContentTypeNotSupported for files.
  [[nodiscard]] static RpcResult<A2aMessage> read(const JsonValue& params);
};

// A run whose input is the message: its text as a human's message, its data as further members.
// kInvalidParams when the graph takes no messages.
[[nodiscard]] RpcResult<models::RunRequest> new_run(const A2aMessage& message, const runtime::Graph& graph);

// A run that answers what the thread waits with: by a text; by data, whose member `resume` may be a list of
// {id, value}. kInvalidParams when that leaves open what is answered.
[[nodiscard]] RpcResult<models::RunRequest> answering_run(const A2aMessage& message,
                                                          const models::Thread& thread);

}  // namespace agenthost::routers
