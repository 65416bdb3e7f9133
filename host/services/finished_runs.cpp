#include "host/services/finished_runs.hpp"

#include <algorithm>

namespace agenthost::services {

FinishedRuns::FinishedRuns(std::size_t max_runs, std::size_t max_bytes)
    : max_runs_(max_runs), max_bytes_(max_bytes) {}

void FinishedRuns::keep(FinishedRun run) {
  const auto size =
      (run.events ? run.events->kept_bytes() : 0) + (run.outcome ? run.outcome->values.size() : 0);
  auto kept = std::make_shared<const FinishedRun>(std::move(run));
  const std::lock_guard lock(mutex_);
  entries_.push_back({std::move(kept), size});
  bytes_ += size;
  while (entries_.size() > max_runs_ || (bytes_ > max_bytes_ && entries_.size() > 1)) {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
  }
}

FinishedRunPtr FinishedRuns::find(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return entry.run->row.run_id == run_id; });
  return found == entries_.rend() ? nullptr : found->run;
}

}  // namespace agenthost::services
