// MetricPage: what /metrics shows: families of numbers, each room adding its own, in the text format of
// Prometheus or as JSON. Knows instruments, not what they count. For one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/telemetry/instruments.hpp"

namespace agenthost::telemetry {

// name -> value. Values must come from a bounded set: routes, graphs, services, words.
using Labels = std::vector<std::pair<std::string_view, std::string>>;

class MetricPage {
 public:
  enum class Kind { kCounter, kGauge, kHistogram };

  // Begins a family; the samples that follow are its. Names are agenthost_<what>_<unit>[_total].
  void family(std::string_view name, Kind kind, std::string_view help);

  void sample(const Labels& labels, std::uint64_t value);
  void sample(const Labels& labels, std::int64_t value);
  void sample(const Labels& labels, double value);
  void sample(const Labels& labels, const Counter& counter) { sample(labels, counter.value()); }
  void sample(const Labels& labels, const Gauge& gauge) { sample(labels, gauge.value()); }
  void sample(const Labels& labels, const Histogram& histogram);
  // In seconds.
  void sample(const Labels& labels, const Timing& timing);
  // How values of any size are spread: counts has one more element than ends, for what is above them all.
  struct Spread {
    std::span<const double> ends;
    std::span<const std::uint64_t> counts;
    double sum;
  };
  void sample(const Labels& labels, const Spread& spread);

  // A family of one sample without labels.
  template <class Value>
  void single(std::string_view name, Kind kind, std::string_view help, const Value& value) {
    family(name, kind, help);
    sample({}, value);
  }

  // Text format 0.0.4.
  [[nodiscard]] std::string prometheus() const;
  // {"<name>":{"type","help","samples":[{"labels","value"} or {"labels","count","sum","buckets"}]}}
  [[nodiscard]] std::string json() const;

 private:
  struct Bucket {
    std::string up_to;  // "0.005", "+Inf"
    std::uint64_t count;
  };
  struct Sample {
    Labels labels;
    std::string value;            // of a histogram: its sum
    std::vector<Bucket> buckets;  // cumulated; empty = no histogram
  };
  struct Family {
    std::string name;
    Kind kind;
    std::string help;
    std::vector<Sample> samples;
  };

  void sample_scaled(const Labels& labels, const Histogram& histogram, double scale);

  std::vector<Family> families_;
};

}  // namespace agenthost::telemetry
