// WriterMeter: how a storage's writer keeps up. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "host/telemetry/instruments.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::storage {

class WriterMeter {
 public:
  void committed(std::size_t batches, std::size_t failed, std::chrono::nanoseconds took) noexcept;
  // waiting: batches that no commit has taken yet.
  void add_to(telemetry::MetricPage& page, std::size_t waiting) const;

 private:
  static constexpr std::array<std::uint64_t, 11> kSizes{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024};

  telemetry::Counter failed_;
  telemetry::Histogram group_{kSizes};
  telemetry::Timing took_{telemetry::Timing::kQuick};
};

}  // namespace agenthost::storage
