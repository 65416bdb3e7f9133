#include "host/telemetry/trace.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <random>

#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

constexpr std::size_t kTraceparentSize = 55;

// Lower-case digits, all of them.
std::optional<std::uint64_t> from_hex(std::string_view digits) {
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, value, 16).ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::string traceparent(const TraceContext& context) {
  return fmt::format("00-{:016x}{:016x}-{:016x}-01", context.trace_high, context.trace_low, context.span);
}

std::optional<Traceparent> read_traceparent(std::string_view text) {
  // A later version may have more to say, behind what this one knows.
  const bool longer = text.size() > kTraceparentSize && text[kTraceparentSize] == '-';
  if (text.size() != kTraceparentSize && !longer) return std::nullopt;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const auto version = from_hex(text.substr(0, 2));
  const auto high = from_hex(text.substr(3, 16)), low = from_hex(text.substr(19, 16));
  const auto span = from_hex(text.substr(36, 16)), flags = from_hex(text.substr(53, 2));
  if (!version || !high || !low || !span || !flags) return std::nullopt;
  const bool valid = *version != 0xff && (*version != 0 || !longer) && (*high | *low) != 0 && *span != 0;
  if (!valid) return std::nullopt;
  return Traceparent{{*high, *low, *span}, (*flags & 1U) != 0};
}

TraceContext trace_named(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != '-') digits += c;
  }
  if (digits.size() != 32) return {};
  const auto high = from_hex(std::string_view(digits).substr(0, 16));
  const auto low = from_hex(std::string_view(digits).substr(16));
  return high && low ? TraceContext{*high, *low, 0} : TraceContext{};
}

std::uint64_t new_span_id() {
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    return std::mt19937_64((std::uint64_t{device()} << 32U) | device());
  }();
  std::uint64_t id = 0;
  while (id == 0) id = random();
  return id;
}

std::int64_t span_clock_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

void LogSpanSink::ended(const Span& span) {
  const auto& at = span.context;
  auto line = fmt::format(R"({{"name":{},"trace_id":"{:016x}{:016x}","span_id":"{:016x}")", quote(span.name),
                          at.trace_high, at.trace_low, at.span);
  if (span.parent != 0) line += fmt::format(R"(,"parent_span_id":"{:016x}")", span.parent);
  line += fmt::format(R"(,"start_ns":{},"duration_ms":{:.3f})", span.start_ns,
                      static_cast<double>(span.end_ns - span.start_ns) / 1e6);
  if (!span.error.empty()) line += ",\"error\":" + quote(span.error);
  if (span.attributes != "{}") line += ",\"attributes\":" + span.attributes;
  logger_.info("trace", line + "}");
}

}  // namespace agenthost::telemetry
