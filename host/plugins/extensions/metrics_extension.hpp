// agent.metrics/1 on PluginMetrics: the same in the server and in a worker process, where a listener passes
// on what was counted.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "host/plugins/extension_call.hpp"
#include "host/telemetry/plugin_metrics.hpp"

namespace agenthost::plugins {
class PluginHost;
}

namespace agenthost::extensions {

enum class Measure : std::uint8_t { kAdd, kSet, kObserve };

// Counts on a meter whose owner knows the number.
[[nodiscard]] Status measure(telemetry::PluginMeter& meter, Measure how, std::uint64_t series, double value);

// Hears of everything that was counted, and of nothing that was refused: of each series once, before the
// first number for it. Thread-safe.
struct MetricsListener {
  virtual ~MetricsListener() = default;
  virtual void defined(std::uint64_t series, std::string_view definition) = 0;
  // False when it cannot take more now: the number is dropped.
  [[nodiscard]] virtual bool measured(std::uint64_t series, Measure how, double value) = 0;
};

// listener may be null, else it outlives the plugins.
[[nodiscard]] plugins::Extension make_metrics_extension(std::shared_ptr<telemetry::PluginMetrics> metrics,
                                                        MetricsListener* listener);

// Where a plugin's other copies count too; null: this plugin was not granted agent.metrics/1.
[[nodiscard]] std::shared_ptr<telemetry::PluginMetrics> metrics_of(const plugins::PluginHost& host);

}  // namespace agenthost::extensions
