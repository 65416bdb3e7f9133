// ThreadTape: everything the runs of one thread say, for clients that follow the thread and not a run: as
// protocol v2 events, and as the runs' own events for those who join the old way. Thread-safe.
//
// A tape lives as long as somebody needs it: a reader, a run under way, or the time for which an ended run
// is kept (ThreadTapes sees to that).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/runtime/event_filter.hpp"
#include "host/services/active_run.hpp"
#include "host/services/thread_log.hpp"
#include "host/services/v2_event.hpp"
#include "host/services/v2_projection.hpp"

namespace agenthost::services {

// A protocol v2 event with its place. Immutable.
struct TapeEvent {
  std::uint64_t seq = 0;
  std::string run_id;
  std::string event_id;  // the same for every reader, never used again on this thread
  V2Event event;         // its data is in `json` and empty here
  std::string json;      // the whole event as it is sent

  [[nodiscard]] std::size_t bytes() const { return json.size() + event_id.size() + 64; }
};

// What a reader who joined the thread the old way may see. Immutable.
struct JoinEvent {
  // What a run streams; that it begins or has ended; the thread's state it leaves.
  enum class Kind { kRun, kLifecycle, kState };
  std::uint64_t seq = 0;
  std::string run_id;
  Kind kind = Kind::kRun;
  std::string name;
  std::string data;  // JSON

  [[nodiscard]] std::size_t bytes() const { return name.size() + data.size() + 64; }
};

class ThreadTape : public std::enable_shared_from_this<ThreadTape> {
 public:
  // first_seq: above whatever a reader may have seen of an earlier tape of this thread.
  ThreadTape(std::string thread_id, std::size_t max_bytes, std::uint64_t first_seq);

  [[nodiscard]] ThreadLog<TapeEvent>& events() { return events_; }
  [[nodiscard]] ThreadLog<JoinEvent>& joined() { return joined_; }
  [[nodiscard]] const std::string& thread_id() const { return thread_id_; }
  // The graphs of the newest run as JSON; empty when the tape knows none.
  [[nodiscard]] std::string tree_json() const;

  // Records the run from its first kept event on. Again: nothing.
  void follow(const ActiveRunPtr& run);
  void ended(const ActiveRunPtr& run, const RunOutcome& outcome);
  // A run that is not followed failed: says only that.
  void failed(const std::string& run_id, const std::string& graph_id, const Error& why);
  void forget_run(const std::string& run_id);
  void forget_ended();
  void forget_ended_unless_read();

 private:
  struct Followed {
    V2Projection projection;
    runtime::EventFilter asked_for;  // by the run's own clients
    bool ended = false;
  };

  void record(const std::string& run_id, const runtime::Event& event);
  void append_locked(const std::string& run_id, const std::string& from, std::vector<V2Event> events);
  void join_locked(const std::string& run_id, JoinEvent::Kind kind, std::string name, std::string data);
  void forget_locked(const std::string& run_id);

  // Constant after construction
  const std::string thread_id_;

  ThreadLog<TapeEvent> events_;
  ThreadLog<JoinEvent> joined_;

  mutable std::mutex mutex_;
  // Guarded by mutex_, which is held while both logs are written: so their order is the runs' order.
  std::map<std::string, Followed> runs_;
  std::string newest_run_;
  std::vector<std::string> waiting_;  // interrupts that were shown and not answered
};

}  // namespace agenthost::services
