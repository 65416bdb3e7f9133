// Superstep: runs the due tasks of one step side by side and knows when the last has ended.
//
// Each task ends once: by its node, by a failing sibling (the others are cancelled), by cancel(), or by being
// abandoned when it does not heed a cancel within the grace. Thread-safe; holds no thread while nodes wait.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "host/runtime/run.hpp"
#include "host/runtime/run_events.hpp"

namespace agenthost::runtime {

struct ChannelWrite {
  std::size_t channel = 0;  // index in the graph
  std::string text;         // normalized
};

// A finished node's update: what it wrote, channel by channel.
using Writes = std::vector<ChannelWrite>;

// Reads an update object; keys that are no channels are dropped.
[[nodiscard]] Result<Writes> read_writes(const Graph& graph, std::string_view update);
// {"channel":write,...}; null when there are none.
[[nodiscard]] JsonBlob writes_json(const Graph& graph, const Writes& writes);

// What every node of a run is told in its config, an object text left open for what differs from task to
// task.
[[nodiscard]] std::string config_start(const RunSpec& spec);

struct TaskOutcome {
  std::size_t task = 0;  // index in the checkpoint's tasks
  std::variant<Writes, NodeInterrupted, Error> value;
};

class Superstep : public std::enable_shared_from_this<Superstep> {
 public:
  struct Due {
    std::size_t task = 0;
    const Node* node = nullptr;
  };
  struct Surroundings {
    const RunSpec& spec;
    const RunLimits& limits;
    RunEvents& events;
    Timers& timers;
    const std::string& config_start;
  };

  // finished is called once, from any thread, unless start() said kFinished. What surroundings names outlives
  // the step.
  Superstep(const Surroundings& surroundings, const models::Checkpoint& checkpoint, std::vector<Due> due,
            std::chrono::steady_clock::time_point deadline, std::function<void()> finished);

  ~Superstep();
  Superstep(const Superstep&) = delete;
  Superstep& operator=(const Superstep&) = delete;

  enum class Progress { kFinished, kRunning };
  [[nodiscard]] Progress start();
  void cancel(CancelReason reason);

  // Once finished: in the order of `due`.
  [[nodiscard]] std::vector<TaskOutcome> take_outcomes();
  // The error that made the step fail, if one did: the first, not those of siblings cancelled for it.
  [[nodiscard]] std::optional<Error> first_error() const;

 private:
  class Slot;

  void start_slot(Slot& slot);
  NodeCall make_call(const Slot& slot) const;
  void slot_ended(Slot& slot, std::variant<Writes, NodeInterrupted, Error> outcome);
  void arm(std::chrono::nanoseconds delay, void (*then)(Superstep&));
  void arm_deadline();
  void arm_grace();
  void abandon_rest();
  Error cancel_error(const Slot& slot) const;
  std::chrono::steady_clock::time_point deadline_of(const Node& node) const;

  // Constant after construction
  const Surroundings in_;
  const JsonBlob state_;
  const int step_number_;
  const std::chrono::steady_clock::time_point started_at_;
  const std::chrono::steady_clock::time_point run_deadline_;
  const std::function<void()> finished_;

  std::vector<std::unique_ptr<Slot>> slots_;
  std::atomic<std::size_t> open_;  // unfinished slots, plus one while start() is at work

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::optional<CancelReason> cancelled_;
  std::optional<Error> first_error_;
  std::vector<Timers::Id> timer_ids_;
  bool over_ = false;
};

}  // namespace agenthost::runtime
