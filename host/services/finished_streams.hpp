// FinishedStreams: the event streams of runs that ended, for clients that come back. Bounded by count and
// bytes: the oldest goes first. Thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "host/runtime/event_stream.hpp"

namespace agenthost::services {

class FinishedStreams {
 public:
  FinishedStreams(std::size_t max_streams, std::size_t max_bytes);

  void keep(std::string run_id, std::shared_ptr<runtime::EventStream> stream);
  // Null when it was never kept or has gone.
  [[nodiscard]] std::shared_ptr<runtime::EventStream> find(std::string_view run_id) const;

 private:
  struct Entry {
    std::string run_id;
    std::shared_ptr<runtime::EventStream> stream;
    std::size_t bytes;
  };

  // Constant after construction
  const std::size_t max_streams_;
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace agenthost::services
