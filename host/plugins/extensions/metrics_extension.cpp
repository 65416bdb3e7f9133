#include "host/plugins/extensions/metrics_extension.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "agenthost/ext/metrics.h"
#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/manifest.hpp"
#include "host/plugins/plugin_host.hpp"

namespace agenthost::extensions {
namespace {

// One copy of a plugin's.
struct MetricsService {
  MetricsService(std::shared_ptr<telemetry::PluginMetrics> metrics, const std::string& plugin_id,
                 MetricsListener* whoever)
      : meter(std::move(metrics), plugin_id), listener(whoever) {}

  telemetry::PluginMeter meter;
  MetricsListener* const listener;

  std::mutex defining;
  // Guarded by defining
  std::uint64_t told = 0;  // the series that the listener has heard of; numbers count up
  std::set<std::string> complaints;
};

std::shared_ptr<MetricsService> service_of(agent_host* host) {
  return std::static_pointer_cast<MetricsService>(plugins::extension_instance(host, AGENT_EXT_METRICS));
}

constexpr std::size_t kMostComplaints = 20;

// Each once and not too many: a plugin that defines a metric with each event would fill the log. Holds
// defining.
agent_status refuse(agent_host* host, MetricsService& service, const Error& error) {
  const auto* plugin = plugins::PluginHost::find(host);
  const bool has_room = service.complaints.size() < kMostComplaints;
  if (plugin != nullptr && has_room && service.complaints.insert(error.text).second)
    plugin->log(telemetry::Level::kWarn, "a metric is refused, and its numbers are not kept: " + error.text);
  return status_of(error.code);
}

template <class Call>
agent_status with_service(agent_host* host, Call call) noexcept {
  return plugins::guarded([&] {
    const auto service = service_of(host);
    return service == nullptr ? AGENT_NOT_FOUND : call(*service);
  });
}

agent_status define(agent_host* host, agent_str definition, std::uint64_t* series) noexcept {
  if (series == nullptr) return AGENT_INVALID;
  *series = 0;
  return with_service(host, [&](MetricsService& service) {
    auto metric = telemetry::read_metric_definition(view(definition));
    const std::lock_guard lock(service.defining);
    if (!metric) return refuse(host, service, metric.error());
    const auto number = service.meter.define(std::move(*metric));
    if (!number) return refuse(host, service, number.error());
    if (*number > service.told && service.listener != nullptr)
      service.listener->defined(*number, view(definition));
    service.told = std::max(service.told, *number);
    *series = *number;
    return AGENT_OK;
  });
}

template <Measure how>
agent_status count(agent_host* host, std::uint64_t series, double value) noexcept {
  return with_service(host, [&](MetricsService& service) -> agent_status {
    if (const auto counted = measure(service.meter, how, series, value); !counted)
      return status_of(counted.error().code);
    const bool taken = service.listener == nullptr || service.listener->measured(series, how, value);
    return taken ? AGENT_OK : AGENT_EXHAUSTED;
  });
}

constexpr agent_metrics_api kMetricsTable{AGENT_SIZE(agent_metrics_api, observe),
                                          0,
                                          &define,
                                          &count<Measure::kAdd>,
                                          &count<Measure::kSet>,
                                          &count<Measure::kObserve>};

}  // namespace

Status measure(telemetry::PluginMeter& meter, Measure how, std::uint64_t series, double value) {
  switch (how) {
    case Measure::kAdd:
      return meter.add(series, value);
    case Measure::kSet:
      return meter.set(series, value);
    case Measure::kObserve:
      return meter.observe(series, value);
  }
  return fail(ErrorCode::kInvalid, "no such measure");
}

plugins::Extension make_metrics_extension(std::shared_ptr<telemetry::PluginMetrics> metrics,
                                          MetricsListener* listener) {
  auto instance_for = [metrics = std::move(metrics), listener](const plugins::Manifest& manifest) {
    return std::make_shared<MetricsService>(metrics, manifest.id, listener);
  };
  return {AGENT_EXT_METRICS, &kMetricsTable, nullptr, std::move(instance_for)};
}

std::shared_ptr<telemetry::PluginMetrics> metrics_of(const plugins::PluginHost& host) {
  const auto service = std::static_pointer_cast<MetricsService>(host.extension_instance(AGENT_EXT_METRICS));
  return service == nullptr ? nullptr : service->meter.metrics();
}

}  // namespace agenthost::extensions
