// agent.trace/1: checks what a plugin says of its spans and hands them on: in the server to the sink, in a
// worker process to the server.
#pragma once

#include <functional>
#include <string>

#include "agenthost/ext/trace.h"
#include "host/plugins/extension_call.hpp"
#include "host/telemetry/trace.hpp"

namespace agenthost::extensions {

// Takes a span of the task, as the plugin told of it. Thread-safe.
using KeepSpan = std::function<void(agent_task* task, const telemetry::Span& span)>;

// Why no host takes such a span; empty when it does.
[[nodiscard]] std::string problem_of(const agent_span* span);

[[nodiscard]] plugins::Extension make_trace_extension(KeepSpan keep);
// Spans go to the sink, with their plugin among the attributes. The sink outlives the plugins.
[[nodiscard]] plugins::Extension make_trace_extension(telemetry::SpanSink& sink);

}  // namespace agenthost::extensions
