// A2aTasks: asking for tasks and cancelling them. Thread-safe; they read the disk: call on a reader thread.
#pragma once

#include <cstddef>
#include <string>

#include "host/routers/a2a_call.hpp"

namespace agenthost::routers {

void get_task(const A2aCallPtr& call);
// Answers with the task once its run has stopped.
void cancel_task(const A2aCallPtr& call);
// The tasks of one context, newest first, without their responses.
void list_tasks(const A2aCallPtr& call);

// The newest run of a task of the call's assistant. context_id may be empty. kTaskNotFound.
[[nodiscard]] RpcResult<models::Run> find_task(const A2aCall& call, const std::string& context_id,
                                               const std::string& task_id);

// params.historyLength or, where it is part of it, configuration.historyLength: 0 to 10, 0 when absent.
[[nodiscard]] RpcResult<std::size_t> history_length(const JsonValue& holder);

}  // namespace agenthost::routers
