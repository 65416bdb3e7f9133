#include "host/storage/writer_meter.hpp"

namespace agenthost::storage {

using telemetry::MetricPage;

void WriterMeter::committed(std::size_t batches, std::size_t failed, std::chrono::nanoseconds took) noexcept {
  group_.observe(batches);
  took_.observe(took);
  if (failed > 0) failed_.add(failed);
}

void WriterMeter::add_to(MetricPage& page, std::size_t waiting) const {
  using Kind = MetricPage::Kind;
  page.single("agenthost_storage_batches_waiting", Kind::kGauge, "Batches of writes in the writer's queue.",
              std::uint64_t{waiting});
  page.single("agenthost_storage_batches_failed_total", Kind::kCounter, "Batches that could not be stored.",
              failed_);
  page.single("agenthost_storage_commit_batches", Kind::kHistogram,
              "How many batches a transaction carried: the more, the cheaper each.", group_);
  page.single("agenthost_storage_commit_duration_seconds", Kind::kHistogram,
              "From taking a group of batches until it is on disk.", took_);
}

}  // namespace agenthost::storage
