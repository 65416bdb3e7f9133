#include "host/services/run_tracer.hpp"

#include <algorithm>

#include "host/base/json.hpp"
#include "host/services/active_run.hpp"

namespace agenthost::services {

RunTrace RunTracer::begin(const std::string& run_id, const std::string& configurable) const {
  if (sink_ == nullptr) return {};
  RunTrace trace{telemetry::trace_named(run_id), 0, telemetry::span_clock_ns()};
  if (const auto json = parse_json(configurable)) {
    if (const auto caller = telemetry::read_traceparent(string_member(*json, "traceparent"))) {
      if (!caller->is_recorded) return {};
      trace.context = caller->context;
      trace.parent = caller->context.span;
    }
  }
  trace.context.span = telemetry::new_span_id();
  return trace;
}

void RunTracer::ended(const ActiveRun& run, const RunOutcome& outcome) const {
  if (sink_ == nullptr || !run.trace.context.is_traced()) return;
  telemetry::Span span;
  span.context = run.trace.context;
  span.parent = run.trace.parent;
  span.name = "run " + run.graph.graph->id();
  span.start_ns = run.trace.start_ns;
  span.end_ns = std::max(span.start_ns, telemetry::span_clock_ns());  // the wall clock may be set back
  if (outcome.error) span.error = outcome.error->text;
  span.attributes = "{\"run_id\":\"" + run.row.run_id + "\",\"thread_id\":\"" + run.row.thread_id +
                    "\",\"status\":" + quote(to_string(outcome.status)) + "}";
  sink_->ended(span);
}

}  // namespace agenthost::services
