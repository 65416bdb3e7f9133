// SpanBook: keeps the spans that end. Thread-safe.
#pragma once

#include <mutex>
#include <vector>

#include "host/telemetry/trace.hpp"

namespace agenthost::test {

class SpanBook final : public telemetry::SpanSink {
 public:
  void ended(const telemetry::Span& span) override {
    const std::lock_guard lock(mutex_);
    spans_.push_back(span);
  }
  [[nodiscard]] std::vector<telemetry::Span> spans() const {
    const std::lock_guard lock(mutex_);
    return spans_;
  }

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::vector<telemetry::Span> spans_;
};

}  // namespace agenthost::test
