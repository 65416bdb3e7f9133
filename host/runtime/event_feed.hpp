// EventFeed: what all loops of one run share of its stream: where events go, which are wanted, and which
// messages were shown already. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "host/base/json.hpp"
#include "host/runtime/event_stream.hpp"
#include "host/runtime/stream_mode.hpp"

namespace agenthost::runtime {

class EventFeed {
 public:
  // stream may be null: then nothing is wanted.
  EventFeed(std::shared_ptr<EventStream> stream, StreamModes modes, Subgraphs subgraphs)
      : stream_(std::move(stream)), modes_(stream_ ? modes : 0), subgraphs_(subgraphs) {}

  // Whether anybody may ever see an event.
  [[nodiscard]] bool has_stream() const { return stream_ != nullptr; }
  [[nodiscard]] bool wants(StreamMode mode) const { return has(modes_, mode); }
  [[nodiscard]] bool wants_messages() const {
    return wants(StreamMode::kMessagesTuple) || wants(StreamMode::kMessages) || wants(StreamMode::kEvents);
  }
  [[nodiscard]] bool shows_subgraphs() const { return subgraphs_ == Subgraphs::kShown; }

  void publish(std::string name, std::string data, StreamModes mode, std::string ns) {
    if (stream_) stream_->publish({0, std::move(name), std::move(data), mode, std::move(ns)});
  }
  // What comes now is shown when the run's end is stored.
  void hold() {
    if (stream_) stream_->hold();
  }

  // Notes a message as shown; false when it was before.
  bool first_sight(std::string_view id);
  // Adds a chunk to what was streamed of its message so far, and returns that. first: nothing was, yet.
  struct Partial {
    std::string message;
    bool first;
  };
  [[nodiscard]] Partial add_chunk(std::string_view id, const JsonValue& chunk);

 private:
  // Constant after construction
  const std::shared_ptr<EventStream> stream_;
  const StreamModes modes_;
  const Subgraphs subgraphs_;

  std::mutex mutex_;
  // Guarded by mutex_
  std::set<std::string, std::less<>> seen_;
  std::map<std::string, JsonDocument, std::less<>> partial_;  // by message id
};

}  // namespace agenthost::runtime
