#include "host/services/thread_queues.hpp"

#include <algorithm>

namespace agenthost::services {

ThreadQueues::ThreadQueues(std::size_t max_queued_per_thread)
    : max_queued_per_thread_(max_queued_per_thread) {}

Result<ThreadQueues::PutOut> ThreadQueues::admit(const ActiveRunPtr& run, Micros now) {
  auto& queue = queues_[run->row.thread_id];
  auto out = make_room(queue, *run);
  if (!out) return out;
  // One that has waited until now comes first, even if its timer has not fired yet.
  const bool others_first = !queue.waiting.empty() && queue.waiting.front()->eligible_at <= now;
  const bool open = queue.gate == Queue::Gate::kOpen;
  if (open && !queue.current && !others_first && run->eligible_at <= now) {
    queue.current = run;
    run->phase = ActiveRun::Phase::kStarting;
  } else {
    enqueue(queue, run);
  }
  return out;
}

Result<ThreadQueues::PutOut> ThreadQueues::make_room(Queue& queue, const ActiveRun& run) const {
  PutOut out;
  if (queue.gate == Queue::Gate::kDraining) return fail(ErrorCode::kConflict, "the thread is being deleted");
  if (!queue.current && queue.waiting.empty()) return out;
  if (run.request.resume && queue.current) {
    return fail(ErrorCode::kConflict, "the thread is busy with run " + queue.current->row.run_id +
                                          ", so its interrupt has been answered already");
  }
  switch (run.row.multitask_strategy) {
    case models::MultitaskStrategy::kReject:
      return fail(ErrorCode::kConflict,
                  "Thread is already running a task. Wait for it to finish or choose a different multitask "
                  "strategy.");
    case models::MultitaskStrategy::kEnqueue:
      if (queue.waiting.size() >= max_queued_per_thread_) {
        return fail(ErrorCode::kExhausted,
                    "too many runs wait for this thread (runtime.max_queued_per_thread is " +
                        std::to_string(max_queued_per_thread_) + ")");
      }
      break;
    case models::MultitaskStrategy::kInterrupt:
      put_out(queue, CancelAction::kInterrupt, out);
      break;
    case models::MultitaskStrategy::kRollback:
      put_out(queue, CancelAction::kRollback, out);
      break;
  }
  return out;
}

void ThreadQueues::put_out(Queue& queue, CancelAction action, PutOut& out) {
  for (auto& waiting : queue.waiting) {
    waiting->cancelled = action;
    out.push_back(std::move(waiting));
  }
  queue.waiting.clear();
  if (!queue.current || queue.current->cancelled) return;
  queue.current->cancelled = action;
  if (queue.current->run) queue.current->run->cancel(runtime::CancelReason::kUser);
}

void ThreadQueues::enqueue(Queue& queue, const ActiveRunPtr& run) {
  const auto place = std::upper_bound(
      queue.waiting.begin(), queue.waiting.end(), run,
      [](const auto& left, const auto& right) { return left->eligible_at < right->eligible_at; });
  queue.waiting.insert(place, run);
}

void ThreadQueues::readmit(const ActiveRunPtr& run) {
  auto& queue = queues_[run->row.thread_id];
  if (run->row.status != models::RunStatus::kRunning || queue.current) return enqueue(queue, run);
  queue.current = run;
  run->phase = ActiveRun::Phase::kStarting;
}

void ThreadQueues::withdraw(const ActiveRunPtr& run) {
  const auto found = queues_.find(run->row.thread_id);
  if (found == queues_.end()) return;
  auto& waiting = found->second.waiting;
  waiting.erase(std::remove(waiting.begin(), waiting.end(), run), waiting.end());
}

void ThreadQueues::leave(const ActiveRunPtr& run) {
  const auto found = queues_.find(run->row.thread_id);
  if (found == queues_.end()) return;
  if (found->second.current == run) found->second.current.reset();
  drop_if_unused(run->row.thread_id);
}

ActiveRunPtr ThreadQueues::claim_next(const std::string& thread_id, Micros now) {
  const auto found = queues_.find(thread_id);
  if (found == queues_.end()) return nullptr;
  auto& queue = found->second;
  if (queue.gate == Queue::Gate::kHeld) return nullptr;
  if (queue.current || queue.waiting.empty() || queue.waiting.front()->eligible_at > now) return nullptr;
  queue.current = std::move(queue.waiting.front());
  queue.waiting.pop_front();
  queue.current->phase = ActiveRun::Phase::kStarting;
  return queue.current;
}

bool ThreadQueues::some_wait(const std::string& thread_id) const {
  const auto found = queues_.find(thread_id);
  return found != queues_.end() && !found->second.waiting.empty();
}

std::vector<std::string> ThreadQueues::threads() const {
  std::vector<std::string> ids;
  for (const auto& [id, queue] : queues_) ids.push_back(id);
  return ids;
}

std::vector<ActiveRunPtr> ThreadQueues::runs_of(const std::string& thread_id) const {
  const auto found = queues_.find(thread_id);
  if (found == queues_.end()) return {};
  const auto& queue = found->second;
  std::vector<ActiveRunPtr> runs(queue.waiting.begin(), queue.waiting.end());
  if (queue.current) runs.insert(runs.begin(), queue.current);
  return runs;
}

ThreadQueues::PutOut ThreadQueues::drain(const std::string& thread_id, std::function<void()> drained) {
  auto& queue = queues_[thread_id];
  PutOut out;
  put_out(queue, CancelAction::kInterrupt, out);
  queue.gate = Queue::Gate::kDraining;
  queue.drained.push_back(std::move(drained));
  return out;
}

std::vector<std::function<void()>> ThreadQueues::take_drained(const std::string& thread_id) {
  const auto found = queues_.find(thread_id);
  if (found == queues_.end() || found->second.current) return {};
  return std::exchange(found->second.drained, {});
}

void ThreadQueues::release(const std::string& thread_id) {
  const auto found = queues_.find(thread_id);
  if (found == queues_.end()) return;
  found->second.gate = Queue::Gate::kOpen;
  drop_if_unused(thread_id);
}

Status ThreadQueues::hold(const std::string& thread_id) {
  auto& queue = queues_[thread_id];
  const bool free = queue.gate == Queue::Gate::kOpen && !queue.current && queue.waiting.empty();
  if (!free) return fail(ErrorCode::kConflict, "Thread is busy");
  queue.gate = Queue::Gate::kHeld;
  return {};
}

void ThreadQueues::drop_if_unused(const std::string& thread_id) {
  const auto found = queues_.find(thread_id);
  if (found == queues_.end()) return;
  const auto& queue = found->second;
  const bool used = queue.current || !queue.waiting.empty() || queue.gate != Queue::Gate::kOpen;
  if (!used) queues_.erase(found);
}

}  // namespace agenthost::services
