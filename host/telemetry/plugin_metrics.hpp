// PluginMetrics: the numbers that plugins keep about their own work, on the page as agenthost_plugin_<name>.
//
// A series is a metric's name with certain labels, of one plugin. Several copies of a plugin may count into
// it at once: two versions during a reload, several worker processes. Each has a PluginMeter. Counters and
// histograms add up over all of them, a gauge shows the sum of what the copies that still live say. With the
// last meter of a plugin its series go. Thread-safe.
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
    double sum = 0;
    std::vector<double> buckets;  // of a histogram, with one count more
    std::vector<std::uint64_t> counts;
    std::unordered_map<const PluginMeter*, double> shares;  // of a gauge
    [[nodiscard]] double value() const;
  };
  using SeriesKey = std::pair<std::string, std::map<std::string, std::string>>;  // plugin, labels
  struct Family {
    MetricPage::Kind kind = MetricPage::Kind::kCounter;
    std::string help;
    std::map<SeriesKey, std::unique_ptr<Series>> series;
  };
  struct Plugin {
    std::size_t meters = 0, series = 0;
  };

  // Hold mutex_
  Result<Series*> find_or_make(const std::string& plugin_id, MetricDefinition metric);
  void forget(const std::string& plugin_id);

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::map<std::string, Family> families_;
  std::map<std::string, Plugin> plugins_;
};

// One copy of a plugin, as it counts. Thread-safe.
class PluginMeter {
 public:
  // Shared because: a thread of a plugin may count until the process ends.
  PluginMeter(std::shared_ptr<PluginMetrics> metrics, std::string plugin_id);
  ~PluginMeter();
  PluginMeter(const PluginMeter&) = delete;
  PluginMeter& operator=(const PluginMeter&) = delete;

  // The series' number with this meter: 1, 2, 3, ..., the same again for the same name and labels. kInvalid:
  // the name is another kind of metric, here or with another plugin. kExhausted: too many.
  [[nodiscard]] Result<std::uint64_t> define(MetricDefinition metric);

  // kNotFound: no such series. kInvalid: not for a metric of that kind, or not a finite number, or no longer
  // one with what is there.
  [[nodiscard]] Status add(std::uint64_t series, double amount);     // counters (not below 0) and gauges
  [[nodiscard]] Status set(std::uint64_t series, double value);      // gauges
  [[nodiscard]] Status observe(std::uint64_t series, double value);  // histograms

  [[nodiscard]] const std::string& plugin_id() const { return plugin_id_; }
  [[nodiscard]] const std::shared_ptr<PluginMetrics>& metrics() const { return metrics_; }

 private:
  using Series = PluginMetrics::Series;
  [[nodiscard]] Result<Series*> find(std::uint64_t series, MetricPage::Kind kind);  // holds metrics_->mutex_

  const std::shared_ptr<PluginMetrics> metrics_;
  const std::string plugin_id_;
  // Guarded by metrics_->mutex_
  std::vector<Series*> series_;
  std::unordered_map<const Series*, std::uint64_t> numbers_;
};

}  // namespace agenthost::telemetry
