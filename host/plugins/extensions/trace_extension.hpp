// agent.trace/1: checks what a plugin says of its spans and hands them on: in the server to the sink, in a
// worker process to the server.
#pragma once

#include <functional>

#include "agenthost/ext/trace.h"
#include "host/plugins/extension_call.hpp"
#include "host/telemetry/trace.hpp"

namespace agenthost::extensions {

// Takes a span of the task. Thread-safe.
using KeepSpan = std::function<void(agent_task* task, const telemetry::Span& span)>;

// Whether a host takes such a span.
[[nodiscard]] bool is_well_formed(const agent_span& span);

[[nodiscard]] plugins::Extension make_trace_extension(KeepSpan keep);

}  // namespace agenthost::extensions
