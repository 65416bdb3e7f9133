// RemoteMeter: what one worker process counts with agent.metrics/1, kept in the server: by the worker's
// numbers, and as carefully as the word of a stranger. Lives on the event loop.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "host/plugins/isolation/messages.hpp"
#include "host/telemetry/plugin_metrics.hpp"

namespace agenthost::isolation {

class RemoteMeter {
 public:
  RemoteMeter(std::shared_ptr<telemetry::PluginMetrics> metrics, std::string plugin_id);

  // The error is for the operator: the worker goes on and believes that it counts.
  [[nodiscard]] Status define(const MetricDefined& metric);
  // Numbers for a series that was refused are dropped.
  void count(const Measured& measured);

 private:
  telemetry::PluginMeter meter_;
  std::unordered_map<std::uint64_t, std::uint64_t> numbers_;  // the worker's -> the meter's
};

}  // namespace agenthost::isolation
