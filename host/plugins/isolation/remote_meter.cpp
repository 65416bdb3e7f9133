#include "host/plugins/isolation/remote_meter.hpp"

#include <utility>

#include "host/plugins/extensions/metrics_extension.hpp"

namespace agenthost::isolation {

RemoteMeter::RemoteMeter(std::shared_ptr<telemetry::PluginMetrics> metrics, std::string plugin_id)
    : meter_(std::move(metrics), std::move(plugin_id)) {}

Status RemoteMeter::define(const MetricDefined& metric) {
  auto definition = telemetry::read_metric_definition(metric.definition);
  if (!definition) return fail(definition.error());
  const auto number = meter_.define(std::move(*definition));
  if (!number) return fail(number.error());
  if (numbers_.size() < telemetry::PluginMetrics::kMostSeries) numbers_[metric.series] = *number;
  return {};
}

void RemoteMeter::count(const Measured& measured) {
  const auto found = numbers_.find(measured.series);
  if (found == numbers_.end()) return;
  static_cast<void>(extensions::measure(meter_, static_cast<extensions::Measure>(measured.how), found->second,
                                        measured.value));
}

}  // namespace agenthost::isolation
