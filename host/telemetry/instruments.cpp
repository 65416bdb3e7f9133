#include "host/telemetry/instruments.hpp"

#include <algorithm>

namespace agenthost::telemetry {

Histogram::Histogram(Bounds bounds) noexcept : bounds_(bounds.first(std::min(bounds.size(), kMostBounds))) {}

void Histogram::observe(std::uint64_t value) noexcept {
  std::size_t bucket = 0;
  while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
  counts_[bucket].add();
  sum_.add(value);
}

std::uint64_t Histogram::count(std::size_t bucket) const noexcept {
  return counts_[bucket].value();
}

}  // namespace agenthost::telemetry
