// RunMeters: how the runs of each graph went. The meters are thread-safe; finding one is guarded by whoever
// owns this.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>

#include "host/models/run.hpp"
#include "host/runtime/node_meter.hpp"
#include "host/telemetry/instruments.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::services {

class RunMeter {
 public:
  void started() noexcept { started_.add(); }
  // started_at 0: it never started.
  void ended(models::RunStatus status, Micros started_at) noexcept;
  [[nodiscard]] runtime::NodeMeter& nodes() noexcept { return nodes_; }

 private:
  friend class RunMeters;

  telemetry::Counter started_;
  std::array<telemetry::Counter, 6> ended_;  // in the order of RunStatus
  telemetry::Timing took_{telemetry::Timing::kLong};
  runtime::NodeMeter nodes_;
};

class RunMeters {
 public:
  // Lives as long as this.
  [[nodiscard]] RunMeter& of(const std::string& graph_id) { return by_graph_[graph_id]; }
  void add_to(telemetry::MetricPage& page) const;

 private:
  std::map<std::string, RunMeter> by_graph_;
};

}  // namespace agenthost::services
