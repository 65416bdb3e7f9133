// MetricDefinition: a metric that a plugin makes up, as agent.metrics/1 writes it down. Immutable value.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::telemetry {

struct MetricDefinition {
  static constexpr std::size_t kMostNameBytes = 100;
  static constexpr std::size_t kMostHelpBytes = 200;
  static constexpr std::size_t kMostLabels = 8;
  static constexpr std::size_t kMostLabelBytes = 128;  // of a label's value
  static constexpr std::size_t kMostBuckets = 32;

  MetricPage::Kind kind = MetricPage::Kind::kCounter;
  std::string name;  // without the prefix that the page gives it
  std::string help;
  std::map<std::string, std::string> labels;
  std::vector<double>
      buckets;  // of a histogram: upper ends, growing; the last, without end, is not among them
};

// json: see agent_metrics_api.define. The error says which rule a name or a number breaks.
[[nodiscard]] Result<MetricDefinition> read_metric_definition(std::string_view json);

}  // namespace agenthost::telemetry
