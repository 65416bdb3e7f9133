// A2aSend: a message to an assistant: it becomes a run, on a new task or on one that waits for an answer, and
// is answered with the task or with a stream of what becomes of it. Thread-safe; they read the disk: call on
// a reader thread.
#pragma once

#include "host/routers/a2a_call.hpp"

namespace agenthost::routers {

// Answers with the task once its run has ended, or at once when the client asked for that.
void send_message(const A2aCallPtr& call);

// Answers with server-sent events, each a reply of its own; the last is the task's final status, or a
// refusal.
void stream_message(const A2aCallPtr& call);

}  // namespace agenthost::routers
