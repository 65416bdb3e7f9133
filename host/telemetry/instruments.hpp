// Instruments: the numbers a room keeps about its own work. Thread-safe; no call waits, allocates or orders
// anything: each number is exact, a set of them is not a snapshot of one instant.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace agenthost::telemetry {

// Only grows.
class Counter {
 public:
  void add(std::uint64_t amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Goes up and down.
class Gauge {
 public:
  void add(std::int64_t amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How values are spread: how many fell below each of some bounds.
class Histogram {
 public:
  static constexpr std::size_t kMostBounds = 16;
  using Bounds = std::span<const std::uint64_t>;

  // bounds: the upper ends of the buckets, included, growing; must outlive this.
  explicit Histogram(Bounds bounds) noexcept;

  void observe(std::uint64_t value) noexcept;
  [[nodiscard]] Bounds bounds() const noexcept { return bounds_; }
  // Of the bucket below a bound; the last, at bounds().size(), has no bound.
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const noexcept;
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_.value(); }

 private:
  const Bounds bounds_;
  std::array<Counter, kMostBounds + 1> counts_;
  Counter sum_;
};

// A histogram of how long something took.
class Timing {
 public:
  // In microseconds: from what a memory access on a network takes to what a patient person waits.
  static constexpr std::array<std::uint64_t, 14> kQuick{100,     250,       500,       1'000,     2'500,
                                                        5'000,   10'000,    25'000,    50'000,    100'000,
                                                        250'000, 1'000'000, 5'000'000, 30'000'000};
  // From a node that only computes to an hour of work.
  static constexpr std::array<std::uint64_t, 14> kLong{
      1'000,     5'000,      25'000,     100'000,    500'000,     1'000'000,   2'500'000,
      5'000'000, 10'000'000, 30'000'000, 60'000'000, 300'000'000, 900'000'000, 3'600'000'000};

  explicit Timing(Histogram::Bounds microseconds) noexcept : histogram_(microseconds) {}

  void observe(std::chrono::nanoseconds took) noexcept {
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    histogram_.observe(microseconds > 0 ? static_cast<std::uint64_t>(microseconds) : 0);
  }
  [[nodiscard]] const Histogram& microseconds() const noexcept { return histogram_; }

 private:
  Histogram histogram_;
};

}  // namespace agenthost::telemetry
