// Numbers about the plugin's own work, on the server's /metrics page. Cheap to copy; thread-safe.
//
//   const agent::Metrics metrics = ctx.metrics();
//   metrics.counter("papers_read_total", "Papers read.", {{"source", "openalex"}}).add();
//   metrics.gauge("queue_length", "Questions that wait.").set(3);
//   metrics.histogram("answer_seconds", "From question to answer.").observe(1.2);
//
// Counting never throws and never changes what a node does: without agent.metrics/1, or when the server
// refuses a metric (it logs why, see ext/metrics.h for the rules), the number is dropped.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agenthost/sdk/json.hpp"

namespace agent {

namespace detail {
struct Services;

// A series, or nothing to count on.
class Series {
 public:
  Series(const Services& services, const Json& definition) noexcept;

 protected:
  const Services* services_;
  std::uint64_t number_ = 0;
};
}  // namespace detail

class Counter : private detail::Series {
 public:
  using Series::Series;
  void add(double amount = 1) const noexcept;  // not below 0
};

// What this copy of the plugin sees; the page shows the sum over copies.
class Gauge : private detail::Series {
 public:
  using Series::Series;
  void set(double value) const noexcept;
  void add(double amount) const noexcept;
};

class Histogram : private detail::Series {
 public:
  using Series::Series;
  void observe(double value) const noexcept;
};

class Metrics {
 public:
  // Of few values each: every combination is a series of its own.
  using Labels = std::map<std::string, std::string>;

  // services must live as long as the plugin.
  explicit Metrics(const detail::Services& services) : services_(&services) {}

  // Finding a series costs about as much as a few counts: keep what you use often.
  [[nodiscard]] Counter counter(std::string_view name, std::string_view help,
                                const Labels& labels = {}) const;
  [[nodiscard]] Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {}) const;
  // buckets: upper ends, growing; empty = 0.005 to 10, for seconds.
  [[nodiscard]] Histogram histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                                    const std::vector<double>& buckets = {}) const;

  // Whether this plugin has agent.metrics/1.
  [[nodiscard]] bool is_granted() const noexcept;

 private:
  const detail::Services* services_;
};

}  // namespace agent

#include "agenthost/sdk/detail/metric_calls.hpp"
