// RunTracer: a trace for each run. Its id is the run's, so that whoever has one finds the other, unless the
// caller sent a trace of its own to go on with (the header traceparent, in the run's configurable). Immutable
// once it has a sink.
#pragma once

#include <cstdint>
#include <string>

#include "host/telemetry/trace.hpp"

namespace agenthost::services {

struct ActiveRun;
struct RunOutcome;

// The span of a run under way.
struct RunTrace {
  telemetry::TraceContext context;
  std::uint64_t parent = 0;  // the caller's
  std::int64_t start_ns = 0;
};

class RunTracer {
 public:
  // Before the first run; without a sink nothing is traced. sink must outlive this.
  void send_to(telemetry::SpanSink& sink) { sink_ = &sink; }

  // configurable: a JSON object text. A caller that does not record its trace is not traced here either.
  [[nodiscard]] RunTrace begin(const std::string& run_id, const std::string& configurable) const;
  void ended(const ActiveRun& run, const RunOutcome& outcome) const;

  // May be null.
  [[nodiscard]] telemetry::SpanSink* sink() const { return sink_; }

 private:
  telemetry::SpanSink* sink_ = nullptr;
};

}  // namespace agenthost::services
