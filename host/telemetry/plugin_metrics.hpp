// PluginMetrics: the numbers that plugins keep about their own work, on the page as agenthost_plugin_<name>.
//
// A series is a metric's name with certain labels, of one plugin. Several copies of a plugin may count into
// it at once: two versions during a reload, several worker processes. Each has a PluginMeter. Counters and
// histograms add up for good; a gauge shows the sum of what the copies that still live say. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/base/error.hpp"
#include "host/telemetry/metric_definition.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::telemetry {

class PluginMeter;

class PluginMetrics {
 public:
  // Of one plugin. What is beyond is refused, so that a label that takes any value cannot fill the memory.
  static constexpr std::size_t kMostSeries = 1000;

  void add_to(MetricPage& page) const;

 private:
  friend class PluginMeter;
  struct Series {
    MetricPage::Kind kind = MetricPage::Kind::kCounter;
    const std::vector<double>* buckets = nullptr;  // of its family
    double sum = 0;
    std::vector<std::uint64_t> counts;                      // of a histogram
    std::unordered_map<const PluginMeter*, double> shares;  // of a gauge
    [[nodiscard]] double value() const;
  };
  struct Family {
    MetricPage::Kind kind = MetricPage::Kind::kCounter;
    std::string help;
    std::vector<double> buckets;
    using Key = std::pair<std::string, std::map<std::string, std::string>>;  // plugin, labels
    std::map<Key, std::unique_ptr<Series>> series;
  };

  Result<Series*> find_or_make(const std::string& plugin_id, MetricDefinition metric);  // holds mutex_

  mutable std::mutex mutex_;
  // Guarded by mutex_; what has been made stays
  std::map<std::string, Family> families_;
  std::map<std::string, std::size_t> series_of_;  // by plugin: how many
};

// One copy of a plugin, as it counts. Thread-safe.
class PluginMeter {
 public:
  // metrics must outlive this.
  PluginMeter(PluginMetrics& metrics, std::string plugin_id);
  ~PluginMeter();
  PluginMeter(const PluginMeter&) = delete;
  PluginMeter& operator=(const PluginMeter&) = delete;

  // The series' number with this meter: 1, 2, 3, ..., the same again for the same name and labels. kInvalid:
  // the name is another kind of metric, here or with another plugin. kExhausted: too many.
  [[nodiscard]] Result<std::uint64_t> define(MetricDefinition metric);

  // kNotFound: no such series. kInvalid: not for a metric of that kind, or not a number.
  [[nodiscard]] Status add(std::uint64_t series, double amount);     // counters (not below 0) and gauges
  [[nodiscard]] Status set(std::uint64_t series, double value);      // gauges
  [[nodiscard]] Status observe(std::uint64_t series, double value);  // histograms

  [[nodiscard]] const std::string& plugin_id() const { return plugin_id_; }
  [[nodiscard]] PluginMetrics& metrics() const { return metrics_; }

 private:
  using Series = PluginMetrics::Series;
  [[nodiscard]] Result<Series*> find(std::uint64_t series, double value);  // holds the metrics' mutex

  PluginMetrics& metrics_;
  const std::string plugin_id_;
  // Guarded by metrics_.mutex_
  std::vector<Series*> series_;
  std::unordered_map<const Series*, std::uint64_t> numbers_;
};

}  // namespace agenthost::telemetry
