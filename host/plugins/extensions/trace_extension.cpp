#include "host/plugins/extensions/trace_extension.hpp"

#include <atomic>
#include <memory>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/plugin_host.hpp"

namespace agenthost::extensions {
namespace {

using plugins::guarded;
using plugins::printable;
using plugins::view;

constexpr std::size_t kMostNameBytes = 200;
constexpr std::size_t kMostAttributeBytes = 8192;

// One copy of a plugin's.
struct TraceService {
  explicit TraceService(KeepSpan keep_span) : keep(std::move(keep_span)) {}

  const KeepSpan keep;
  std::atomic<bool> has_complained{false};
};

std::uint64_t new_span(agent_task* task) noexcept {
  try {
    const auto at = plugins::trace_of(task);
    return at && at->is_traced() ? telemetry::new_span_id() : 0;
  } catch (...) {  // no memory, no random numbers
    return 0;
  }
}

std::int64_t now_ns(agent_host*) noexcept {
  return telemetry::span_clock_ns();
}

std::string error_of(const agent_span& span) {
  if (span.status == AGENT_OK) return {};
  const auto text = view(span.text);
  return text.empty() ? plugins::status_name(span.status) : printable(text);
}

telemetry::Span span_in(const telemetry::TraceContext& at, const agent_span& told) {
  const auto attributes = view(told.attributes);
  return {{at.trace_high, at.trace_low, told.id},
          told.parent == 0 ? at.span : told.parent,
          printable(view(told.name)),
          told.start_ns,
          told.end_ns,
          error_of(told),
          std::string(attributes.empty() ? "{}" : attributes)};
}

// Said once: what follows is much the same.
agent_status refuse(agent_task* task, TraceService& service, agent_status status,
                    const std::string& problem) {
  const auto* plugin = plugins::PluginHost::find(task);
  if (plugin != nullptr && !service.has_complained.exchange(true))
    plugin->log(telemetry::Level::kWarn, "a span is refused: " + problem + ". Said once");
  return status;
}

agent_status record(agent_task* task, const agent_span* span) noexcept {
  return guarded([&]() -> agent_status {
    const auto service =
        std::static_pointer_cast<TraceService>(plugins::extension_instance(task, AGENT_EXT_TRACE));
    const auto at = plugins::trace_of(task);
    if (!service || !at) return AGENT_NOT_FOUND;
    if (const auto problem = problem_of(span); !problem.empty())
      return refuse(task, *service, AGENT_INVALID, problem);
    if (!at->is_traced()) return AGENT_OK;
    if (!plugins::admit_span(task))
      return refuse(task, *service, AGENT_EXHAUSTED, "its task has told of as many as it may");
    service->keep(task, span_in(*at, *span));
    return AGENT_OK;
  });
}

agent_status traceparent(agent_task* task, std::uint64_t span, agent_bytes* out) noexcept {
  if (out == nullptr) return AGENT_INVALID;
  *out = {};
  return guarded([&]() -> agent_status {
    auto at = plugins::trace_of(task);
    if (!at || !at->is_traced()) return AGENT_NOT_FOUND;
    if (span != 0) at->span = span;
    *out = plugins::give(telemetry::traceparent(*at));
    return AGENT_OK;
  });
}

constexpr agent_trace_api kTraceTable{
    AGENT_SIZE(agent_trace_api, traceparent), 0, &new_span, &now_ns, &record, &traceparent};

}  // namespace

std::string problem_of(const agent_span* span) {
  if (span == nullptr || span->struct_size < AGENT_SIZE(agent_span, attributes))
    return "its struct_size does not reach its attributes";
  if (span->id == 0) return "it has no number of new_span()";
  if (span->start_ns < 0 || span->end_ns < span->start_ns) return "it ends before it starts";
  const auto name = view(span->name), attributes = view(span->attributes);
  if (name.empty() || name.size() > kMostNameBytes)
    return "its name must have 1 to " + std::to_string(kMostNameBytes) + " bytes";
  if (attributes.size() > kMostAttributeBytes)
    return "its attributes have more than " + std::to_string(kMostAttributeBytes) + " bytes";
  if (attributes.empty()) return {};
  const auto members = split_object(attributes);
  return members ? "" : "its attributes: " + members.error().text;
}

plugins::Extension make_trace_extension(KeepSpan keep) {
  auto instance_for = [keep = std::move(keep)](const plugins::Manifest&) {
    return std::make_shared<TraceService>(keep);
  };
  return {AGENT_EXT_TRACE, &kTraceTable, nullptr, std::move(instance_for)};
}

plugins::Extension make_trace_extension(telemetry::SpanSink& sink) {
  return make_trace_extension([&sink](agent_task* task, const telemetry::Span& told) {
    auto span = told;
    const auto* plugin = plugins::PluginHost::find(task);
    if (plugin != nullptr)
      span.attributes = merge_objects(span.attributes, "{\"plugin\":" + quote(plugin->plugin_id()) + "}");
    sink.ended(span);
  });
}

}  // namespace agenthost::extensions
