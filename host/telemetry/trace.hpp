// Spans: pieces of work with a beginning and an end, each in a trace (W3C Trace Context). SpanSink is whoever
// keeps them: the log, or later a collector. Values and pure functions: thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/telemetry/logger.hpp"

namespace agenthost::telemetry {

// Where in a trace: the span whose children come next.
struct TraceContext {
  std::uint64_t trace_high = 0, trace_low = 0;
  std::uint64_t span = 0;  // 0: nothing here is traced

  [[nodiscard]] bool is_traced() const { return span != 0; }
};

// The header of the same name: "00-<32 hex digits>-<16 hex digits>-01".
[[nodiscard]] std::string traceparent(const TraceContext& context);
struct Traceparent {
  TraceContext context;
  bool is_recorded = false;  // by the caller; who does not asks us not to either
};
// nullopt: no such text.
[[nodiscard]] std::optional<Traceparent> read_traceparent(std::string_view text);
// Of 32 hex digits, dashes left out (a UUID): the context without a span; zeros when it is none.
[[nodiscard]] TraceContext trace_named(std::string_view hex);
// Never 0.
[[nodiscard]] std::uint64_t new_span_id();

// Since 1970, in nanoseconds.
[[nodiscard]] std::int64_t span_clock_ns();

struct Span {
  TraceContext context;      // where it is, itself
  std::uint64_t parent = 0;  // 0: it begins the trace
  std::string name;
  std::int64_t start_ns = 0, end_ns = 0;  // of span_clock_ns
  std::string error;                      // empty: it went well
  std::string attributes = "{}";          // JSON object
};

// Thread-safe; takes no longer than a line of the log.
struct SpanSink {
  virtual ~SpanSink() = default;
  virtual void ended(const Span& span) = 0;
};

// One line of JSON for each span: {"name","trace_id","span_id","parent_span_id","start_ns","duration_ms",
// "error","attributes"}, what is empty left out.
class LogSpanSink final : public SpanSink {
 public:
  // logger must outlive this.
  explicit LogSpanSink(Logger& logger) : logger_(logger) {}
  void ended(const Span& span) override;

 private:
  Logger& logger_;
};

}  // namespace agenthost::telemetry
