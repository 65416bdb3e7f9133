// FinishedRuns: runs that ended lately, for clients that come back: their events, and of those that storage
// keeps nothing of, the outcome. Bounded by count and bytes: the oldest goes first. Thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "host/services/active_run.hpp"

namespace agenthost::services {

struct FinishedRun {
  models::Run row;
  models::RunRequest asked;
  std::optional<RunOutcome> outcome;             // set when storage does not have it
  std::shared_ptr<runtime::EventStream> events;  // may be null
};
// Shared because: whoever asks holds it while it may be forgotten here.
using FinishedRunPtr = std::shared_ptr<const FinishedRun>;

class FinishedRuns {
 public:
  FinishedRuns(std::size_t max_runs, std::size_t max_bytes);

  void keep(FinishedRun run);
  // Null when it was never kept or has gone.
  [[nodiscard]] FinishedRunPtr find(std::string_view run_id) const;

 private:
  struct Entry {
    FinishedRunPtr run;
    std::size_t bytes;
  };

  // Constant after construction
  const std::size_t max_runs_;
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace agenthost::services
