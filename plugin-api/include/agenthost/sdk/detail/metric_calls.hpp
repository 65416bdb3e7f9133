// The bodies of Metrics: agent.metrics/1. Thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "agenthost/sdk/detail/border.hpp"
#include "agenthost/sdk/detail/services.hpp"
#include "agenthost/sdk/metrics.hpp"

namespace agent {
namespace detail {

inline Series::Series(const Services& services, const Json& definition) noexcept : services_(&services) {
  if (services.metrics == nullptr) return;
  // What is no UTF-8, or no memory: not worth a node's end.
  static_cast<void>(guarded([&] {
    static_cast<void>(services.metrics->define(services.host, borrow(to_text(definition)), &number_));
  }));
}

inline Json metric(const char* kind, std::string_view name, std::string_view help,
                   const Metrics::Labels& labels) {
  return {{"kind", kind}, {"name", name}, {"help", help}, {"labels", labels}};
}

}  // namespace detail

inline void Counter::add(double amount) const noexcept {
  if (number_ != 0) services_->metrics->add(services_->host, number_, amount);
}

inline void Gauge::set(double value) const noexcept {
  if (number_ != 0) services_->metrics->set(services_->host, number_, value);
}

inline void Gauge::add(double amount) const noexcept {
  if (number_ != 0) services_->metrics->add(services_->host, number_, amount);
}

inline void Histogram::observe(double value) const noexcept {
  if (number_ != 0) services_->metrics->observe(services_->host, number_, value);
}

inline Counter Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) const {
  return {*services_, detail::metric("counter", name, help, labels)};
}

inline Gauge Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) const {
  return {*services_, detail::metric("gauge", name, help, labels)};
}

inline Histogram Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels,
                                    const std::vector<double>& buckets) const {
  Json definition = detail::metric("histogram", name, help, labels);
  if (!buckets.empty()) definition["buckets"] = buckets;
  return {*services_, definition};
}

inline bool Metrics::is_granted() const noexcept {
  return services_->metrics != nullptr;
}

}  // namespace agent
