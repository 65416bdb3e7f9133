// EventStream: the events of one run, for any number of readers, live or late.
//
// Every event has an id (1, 2, 3, ... as text) that grows. A bounded ring keeps the newest events; a reader
// who asks for an id that has left the ring gets what is left. publish never waits for a reader: each
// reader's Sink must be quick (it hands over to its connection) and a slow connection is dropped by its
// server, not buffered here.
//
// A stream with a recorder outlives the process: each event goes to the recorder first, and readers see it
// when release() says that it is kept, so none has seen what a crash could take back. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/runtime/stream_mode.hpp"

namespace agenthost::runtime {

// A run records what any of its readers may want; each reader takes the modes and namespaces it asked for.
struct Event {
  std::uint64_t id = 0;
  std::string name;  // metadata | values | updates | messages | custom | error | end | ..., without namespace
  std::string data;  // JSON, one line
  StreamModes mode = 0;  // the one it belongs to; 0 = for everybody
  std::string ns;        // "" = the root graph, "child:<task id>|inner:<task id>" = a graph inside it
};
// Shared because: the ring and every reader show the same event.
using EventPtr = std::shared_ptr<const Event>;

class EventStream {
 public:
  using Sink = std::function<void(const EventPtr&)>;
  using ReaderId = std::uint64_t;

  explicit EventStream(std::size_t max_events, std::size_t max_bytes);

  // For a run that is taken up again, before the first event: ids go on behind last_id. `kept` is what is
  // left of the events so far, in order; when it ends with `end` the stream is finished.
  void go_on(std::uint64_t last_id, std::vector<Event> kept);
  // Called for every event published from now on, in order, under the stream's lock: must be quick and must
  // not call back.
  void record(Sink recorder);
  // Events up to this id are kept.
  void release(std::uint64_t id);

  // Readers see what is published from now on when let_go() says so: it invites them to act on what is not
  // stored yet.
  void hold();
  void let_go();

  // The id is given here.
  void publish(Event event);
  void publish(std::string name, std::string data) { publish({0, std::move(name), std::move(data), 0, {}}); }
  // Publishes `end` and then nothing more; readers that come later get what the ring holds.
  void finish();

  // Delivers kept events with an id above `after` (nullopt: none, live only; an id this stream never gave:
  // all of them), then live ones, in order, each once.
  ReaderId subscribe(std::optional<std::uint64_t> after, Sink sink);
  void unsubscribe(ReaderId reader);

  [[nodiscard]] bool finished() const;
  // What the ring holds, for whoever keeps finished streams.
  [[nodiscard]] std::size_t kept_bytes() const;

 private:
  // Constant after construction
  const std::size_t max_events_;
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  // Guarded by mutex_. Held while sinks are called: that is what keeps each reader's events in order.
  std::deque<EventPtr> ring_;
  std::size_t ring_bytes_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t released_ = 0;                // what is kept; last_id_ without a recorder
  std::uint64_t shown_ = 0;                   // what readers have seen; the ring has all behind it
  std::optional<std::uint64_t> held_behind_;  // the last one they may see
  Sink recorder_;
  bool finished_ = false;
  ReaderId next_reader_ = 1;
  std::vector<std::pair<ReaderId, Sink>> readers_;

  void publish_locked(Event event);
  void show_locked();
  void trim_locked();
  // Nothing is to come for any reader.
  [[nodiscard]] bool is_over_locked() const { return finished_ && shown_ == last_id_; }
};

}  // namespace agenthost::runtime
