// ThreadQueues: of each thread the run that has it and the runs that wait for it: who is admitted, who is put
// out, whose turn is next.
//
// Runs wait in the order in which they become eligible; one whose moment has not come lets others pass.
// Starts nothing and stores nothing. Strand-bound: the scheduler's mutex guards it and the runs in it.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/services/active_run.hpp"

namespace agenthost::services {

class ThreadQueues {
 public:
  explicit ThreadQueues(std::size_t max_queued_per_thread);

  // Runs that never started and never will: their `cancelled` says how they go.
  using PutOut = std::vector<ActiveRunPtr>;

  // The run gets the thread (its phase is then kStarting) or waits. kConflict: reject; an answer to an
  // interrupt that somebody is answering already; the thread is being deleted. kExhausted: too many wait.
  [[nodiscard]] Result<PutOut> admit(const ActiveRunPtr& run, Micros now);
  // A run found in storage: whoever was running has the thread.
  void readmit(const ActiveRunPtr& run);

  // Takes back a run that waits.
  void withdraw(const ActiveRunPtr& run);
  // The run gives the thread back, if it has it.
  void leave(const ActiveRunPtr& run);
  // Gives a free thread to the next run whose moment has come; null when there is none.
  [[nodiscard]] ActiveRunPtr claim_next(const std::string& thread_id, Micros now);
  [[nodiscard]] bool some_wait(const std::string& thread_id) const;
  [[nodiscard]] std::vector<std::string> threads() const;
  // In the order in which they will run.
  [[nodiscard]] std::vector<ActiveRunPtr> runs_of(const std::string& thread_id) const;

  // Puts everybody out and admits nobody until release; `drained` is kept for take_drained.
  [[nodiscard]] PutOut drain(const std::string& thread_id, std::function<void()> drained);
  // What waited for the thread to be empty, once it is.
  [[nodiscard]] std::vector<std::function<void()>> take_drained(const std::string& thread_id);
  void release(const std::string& thread_id);

  // Keeps runs waiting until release, while the thread's state is changed from outside. kConflict when a run
  // has the thread or waits for it, or somebody else holds it.
  [[nodiscard]] Status hold(const std::string& thread_id);

 private:
  struct Queue {
    ActiveRunPtr current;
    std::deque<ActiveRunPtr> waiting;  // by eligible_at
    enum class Gate { kOpen, kHeld, kDraining } gate = Gate::kOpen;
    std::vector<std::function<void()>> drained;
  };

  [[nodiscard]] Result<PutOut> make_room(Queue& queue, const ActiveRun& run) const;
  static void put_out(Queue& queue, CancelAction action, PutOut& out);
  static void enqueue(Queue& queue, const ActiveRunPtr& run);
  void drop_if_unused(const std::string& thread_id);

  const std::size_t max_queued_per_thread_;
  std::unordered_map<std::string, Queue> queues_;
};

}  // namespace agenthost::services
