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
  if (is_over_locked()) gone.swap(readers_);
}

void EventStream::go_on(std::uint64_t last_id, std::vector<Event> kept) {
  const std::lock_guard lock(mutex_);
  finished_ = !kept.empty() && kept.back().name == "end";
  for (auto& event : kept) {
    ring_bytes_ += event.data.size();
    ring_.push_back(std::make_shared<const Event>(std::move(event)));
  }
  last_id_ = released_ = shown_ = last_id;
}

void EventStream::record(Sink recorder) {
  const std::lock_guard lock(mutex_);
  recorder_ = std::move(recorder);
}

void EventStream::release(std::uint64_t id) {
  std::vector<std::pair<ReaderId, Sink>> gone;  // see finish()
  const std::lock_guard lock(mutex_);
  released_ = std::max(released_, id);
  show_locked();
  if (is_over_locked()) gone.swap(readers_);
}

void EventStream::hold() {
  const std::lock_guard lock(mutex_);
  if (!held_behind_) held_behind_ = last_id_;
}

void EventStream::let_go() {
  const std::lock_guard lock(mutex_);
  held_behind_.reset();
  show_locked();
}

EventStream::ReaderId EventStream::subscribe(std::optional<std::uint64_t> after, Sink sink) {
  const std::lock_guard lock(mutex_);
  if (after && *after > last_id_) after = 0;
  for (const auto& event : ring_) {
    if (event->id > shown_) break;
    // A finished run still says `end` to a reader who wanted only what is to come.
    const bool wanted = after ? event->id > *after : finished_ && event->name == "end";
    if (wanted) sink(event);
  }
  const auto reader = next_reader_++;
  if (!is_over_locked()) readers_.emplace_back(reader, std::move(sink));
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
  if (recorder_) return recorder_(event);
  released_ = last_id_;
  show_locked();
}

void EventStream::show_locked() {
  const auto until = held_behind_ ? std::min(released_, *held_behind_) : released_;
  if (until <= shown_) return;
  const auto first = ring_.end() - static_cast<std::ptrdiff_t>(last_id_ - shown_);
  const auto last = first + static_cast<std::ptrdiff_t>(until - shown_);
  for (auto event = first; event != last; ++event) {
    for (const auto& [reader, sink] : readers_) sink(*event);
  }
  shown_ = until;
  trim_locked();
}

void EventStream::trim_locked() {
  // The newest event always stays: a reader must be able to learn how the run stands. So do those that
  // readers have still to see.
  while (ring_.size() > 1 && ring_.front()->id <= shown_ &&
         (ring_.size() > max_events_ || ring_bytes_ > max_bytes_)) {
    ring_bytes_ -= ring_.front()->data.size();
    ring_.pop_front();
  }
}

}  // namespace agenthost::runtime
