#include "host/runtime/event_stream.hpp"

#include <algorithm>

namespace agenthost::runtime {

EventStream::EventStream(std::size_t max_events, std::size_t max_bytes)
    : max_events_(max_events), max_bytes_(max_bytes) {}

void EventStream::publish(Event event) {
  const std::lock_guard lock(mutex_);
  if (!finished_) publish_locked(std::move(event));
}

void EventStream::finish() {
  // Destroyed after the lock is gone: a sink may own what unsubscribes itself in its destructor.
  std::vector<std::pair<ReaderId, Sink>> gone;
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  publish_locked({0, "end", "null", 0, {}});
  finished_ = true;
  gone.swap(readers_);
}

EventStream::ReaderId EventStream::subscribe(std::optional<std::uint64_t> after, Sink sink) {
  const std::lock_guard lock(mutex_);
  for (const auto& event : ring_) {
    // A finished run still says `end` to a reader who wanted only what is to come.
    const bool wanted = after ? event->id > *after : finished_ && event->name == "end";
    if (wanted) sink(event);
  }
  const auto reader = next_reader_++;
  if (!finished_) readers_.emplace_back(reader, std::move(sink));
  return reader;
}

void EventStream::unsubscribe(ReaderId reader) {
  Sink gone;  // destroyed after the lock, see finish()
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(readers_.begin(), readers_.end(),
                                  [&](const auto& entry) { return entry.first == reader; });
  if (found == readers_.end()) return;
  gone = std::move(found->second);
  readers_.erase(found);
}

bool EventStream::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

std::size_t EventStream::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  return ring_bytes_;
}

void EventStream::publish_locked(Event published) {
  published.id = ++last_id_;
  auto event = std::make_shared<const Event>(std::move(published));
  ring_bytes_ += event->data.size();
  ring_.push_back(event);
  // The newest event always stays: a reader must be able to learn how the run stands.
  while (ring_.size() > 1 && (ring_.size() > max_events_ || ring_bytes_ > max_bytes_)) {
    ring_bytes_ -= ring_.front()->data.size();
    ring_.pop_front();
  }
  for (const auto& [reader, sink] : readers_) sink(event);
}

}  // namespace agenthost::runtime
