// Superstep: runs the due tasks of one step side by side and knows when the last has ended.
//
// Each task ends once: by its node (after as many tries as its retry policy gives), by a failing sibling (the
// others are cancelled), by cancel(), or by being abandoned when it does not heed a cancel within the grace.
// A task whose node is a graph is a loop of its own. Thread-safe; holds no thread while nodes wait.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/runtime/loop_services.hpp"
#include "host/runtime/run.hpp"
#include "host/runtime/run_events.hpp"
#include "host/runtime/task_end.hpp"

namespace agenthost::runtime {

// What every node of a run is told in its config, an object text left open for what differs from task to
// task.
[[nodiscard]] std::string config_start(const RunSpec& spec);

struct TaskOutcome {
  std::size_t task = 0;  // index in the checkpoint's tasks
  TaskEnd end;
};

class Superstep : public std::enable_shared_from_this<Superstep> {
 public:
  struct Due {
    std::size_t task = 0;
    const Node* node = nullptr;
  };
  struct Surroundings {
    const RunSpec& spec;
    const LoopServices& services;
    RunEvents& events;
    const std::string& config_start;
    // For the graphs inside: whether they may have run before the loop took over, and what they are answered.
    InnerState inner;
    std::vector<Command::Answer> answers;
  };

  // finished is called once, from any thread, unless start() said kFinished. What surroundings names outlives
  // the step.
  Superstep(Surroundings surroundings, const models::Checkpoint& checkpoint, std::vector<Due> due,
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
  using TimePoint = std::chrono::steady_clock::time_point;

  void start_slot(Slot& slot);
  std::shared_ptr<TaskHandle> launch(Slot& slot);
  NodeCall make_call(const Slot& slot) const;
  RunSpec inner_spec(const Slot& slot) const;
  [[nodiscard]] const JsonBlob& input_of(const models::CheckpointTask& task) const;
  void node_failed(Slot& slot, Error error);
  void slot_ended(Slot& slot, TaskEnd end);
  void begin_span(Slot& slot) const;
  void record_span(const Slot& slot, const TaskEnd& end) const;
  [[nodiscard]] unsigned attempt_of(const Slot& slot) const;
  void show(const Slot& slot, const TaskEnd& end);
  void arm(std::chrono::nanoseconds delay, std::function<void(Superstep&)> then);
  void arm_deadline();
  void deadline_reached();
  void arm_grace();
  void abandon_rest();
  Error cancel_error(const Slot& slot) const;
  TimePoint deadline_of(const Slot& slot) const;

  // Constant after construction
  const Surroundings in_;
  const JsonBlob state_;
  const std::string checkpoint_id_;
  const int step_number_;
  const TimePoint run_deadline_;
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
