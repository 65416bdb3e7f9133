#include "host/services/finished_streams.hpp"

#include <algorithm>

namespace agenthost::services {

FinishedStreams::FinishedStreams(std::size_t max_streams, std::size_t max_bytes)
    : max_streams_(max_streams), max_bytes_(max_bytes) {}

void FinishedStreams::keep(std::string run_id, std::shared_ptr<runtime::EventStream> stream) {
  const auto size = stream->kept_bytes();
  const std::lock_guard lock(mutex_);
  entries_.push_back({std::move(run_id), std::move(stream), size});
  bytes_ += size;
  while (entries_.size() > max_streams_ || (bytes_ > max_bytes_ && entries_.size() > 1)) {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
  }
}

std::shared_ptr<runtime::EventStream> FinishedStreams::find(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return entry.run_id == run_id; });
  return found == entries_.rend() ? nullptr : found->stream;
}

}  // namespace agenthost::services
