#include "host/services/run_meters.hpp"

namespace agenthost::services {

using telemetry::MetricPage;

void RunMeter::ended(models::RunStatus status, Micros started_at) noexcept {
  ended_[static_cast<std::size_t>(status)].add();
  if (started_at != 0) took_.observe(std::chrono::microseconds(now_us() - started_at));
}

void RunMeters::add_to(MetricPage& page) const {
  using Kind = MetricPage::Kind;
  constexpr std::array kEnds{models::RunStatus::kSuccess, models::RunStatus::kError,
                             models::RunStatus::kTimeout, models::RunStatus::kInterrupted};
  page.family("agenthost_runs_started_total", Kind::kCounter,
              "Starts of runs, those after a restart of the server included.");
  for (const auto& [graph, meter] : by_graph_) page.sample({{"graph", graph}}, meter.started_);
  page.family("agenthost_runs_finished_total", Kind::kCounter,
              "Runs that ended: success (also when they stopped to ask), error, timeout, interrupted "
              "(cancelled).");
  for (const auto& [graph, meter] : by_graph_) {
    for (const auto status : kEnds) {
      page.sample({{"graph", graph}, {"status", std::string(to_string(status))}},
                  meter.ended_[static_cast<std::size_t>(status)]);
    }
  }
  page.family("agenthost_run_duration_seconds", Kind::kHistogram,
              "From the start of a run until its outcome is stored.");
  for (const auto& [graph, meter] : by_graph_) page.sample({{"graph", graph}}, meter.took_);
  page.family("agenthost_node_executions_total", Kind::kCounter,
              "Nodes started, each try of its own, by the graph of the run.");
  for (const auto& [graph, meter] : by_graph_) page.sample({{"graph", graph}}, meter.nodes_.executions);
  page.family("agenthost_node_failures_total", Kind::kCounter, "Of these, how many failed.");
  for (const auto& [graph, meter] : by_graph_) page.sample({{"graph", graph}}, meter.nodes_.failures);
}

}  // namespace agenthost::services
