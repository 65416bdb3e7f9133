#include "host/plugins/extensions/trace_extension.hpp"

#include <memory>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/manifest.hpp"

namespace agenthost::extensions {
namespace {

using plugins::printable;
using plugins::view;

constexpr std::size_t kMostNameBytes = 200;
constexpr std::size_t kMostAttributeBytes = 8192;

struct TraceService {
  const std::string plugin_id;
  const KeepSpan keep;
};

// The border where C++ exceptions of the host end.
template <class Call>
agent_status guarded(Call call) noexcept {
  try {
    return call();
  } catch (...) {  // out of memory, in practice
    return AGENT_INTERNAL;
  }
}

std::uint64_t new_span(agent_task* task) noexcept {
  const auto at = plugins::trace_of(task);
  return at && at->is_traced() ? telemetry::new_span_id() : 0;
}

std::int64_t now_ns(agent_host*) noexcept {
  return telemetry::span_clock_ns();
}

std::string error_of(const agent_span& span) {
  if (span.status == AGENT_OK) return {};
  const auto text = view(span.text);
  return text.empty() ? plugins::status_name(span.status) : printable(text);
}

agent_status record(agent_task* task, const agent_span* span) noexcept {
  if (span == nullptr) return AGENT_INVALID;
  return guarded([&]() -> agent_status {
    const auto service =
        std::static_pointer_cast<TraceService>(plugins::extension_instance(task, AGENT_EXT_TRACE));
    const auto at = plugins::trace_of(task);
    if (!service || !at) return AGENT_NOT_FOUND;
    if (!is_well_formed(*span)) return AGENT_INVALID;
    if (!at->is_traced()) return AGENT_OK;
    if (!plugins::admit_span(task)) return AGENT_EXHAUSTED;
    const auto attributes = view(span->attributes);
    service->keep(task, {{at->trace_high, at->trace_low, span->id},
                         span->parent == 0 ? at->span : span->parent,
                         printable(view(span->name)),
                         span->start_ns,
                         span->end_ns,
                         error_of(*span),
                         merge_objects(attributes.empty() ? "{}" : attributes,
                                       "{\"plugin\":" + quote(service->plugin_id) + "}")});
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

bool is_well_formed(const agent_span& span) {
  if (span.struct_size < AGENT_SIZE(agent_span, attributes)) return false;
  const auto attributes = view(span.attributes);
  if (span.id == 0 || span.end_ns < span.start_ns || attributes.size() > kMostAttributeBytes) return false;
  const auto name = view(span.name);
  if (name.empty() || name.size() > kMostNameBytes) return false;
  return attributes.empty() || split_object(attributes).has_value();
}

plugins::Extension make_trace_extension(KeepSpan keep) {
  auto instance_for = [keep = std::move(keep)](const plugins::Manifest& manifest) {
    return std::make_shared<TraceService>(TraceService{manifest.id, keep});
  };
  return {AGENT_EXT_TRACE, &kTraceTable, nullptr, std::move(instance_for)};
}

}  // namespace agenthost::extensions
