#include "host/runtime/subgraph_task.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace agenthost::runtime {
namespace {

using models::Checkpoint;

// What the graph has reached, as writes to the channels it shares with the graph around it.
TaskEnd update_from(const Graph& outer, const Checkpoint& checkpoint) {
  Writes writes;
  for (const auto& value : checkpoint.channels) {
    if (const auto channel = outer.channel_index(value.channel)) writes.push_back({*channel, *value.value});
  }
  return TaskUpdate{std::move(writes)};
}

TaskEnd end_of(const Graph& outer, RunResult result) {
  if (result.to_parent) {
    auto update = read_command(outer, *result.to_parent);
    if (!update) return update.error();
    return std::move(*update);
  }
  switch (result.end) {
    case RunEnd::kSuccess:
      return result.checkpoint ? update_from(outer, *result.checkpoint) : TaskEnd(TaskUpdate{});
    case RunEnd::kInterrupted: {
      TaskStopped stopped;
      for (const auto& task : result.checkpoint->tasks) {
        if (task.result) continue;
        stopped.interrupts.insert(stopped.interrupts.end(), task.interrupts.begin(), task.interrupts.end());
      }
      return stopped;
    }
    case RunEnd::kError:
    case RunEnd::kCancelled:
    case RunEnd::kTimeout:
    case RunEnd::kRefused:
      break;
  }
  return result.error.value_or(Error{ErrorCode::kCancelled, "the subgraph was cancelled", "CancelledError"});
}

// Thread-safe.
class SubgraphTask final : public TaskHandle, public std::enable_shared_from_this<SubgraphTask> {
 public:
  SubgraphTask(SubgraphCall call, const LoopServices& services, std::function<void(TaskEnd)> ended)
      : call_(std::move(call)), services_(services), ended_(std::move(ended)) {}

  void start() {
    if (call_.inner == InnerState::kNone || services_.checkpointer == nullptr) return begin(std::nullopt);
    services_.checkpointer->find_latest(call_.spec.thread_id, call_.spec.checkpoint_ns,
                                        [self = shared_from_this()](Result<std::optional<Checkpoint>> found) {
                                          if (!found) return self->end(found.error());
                                          self->begin(std::move(*found));
                                        });
  }

  void cancel(CancelReason reason) override {
    std::shared_ptr<Run> loop;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = reason;
      loop = loop_;
    }
    if (loop) loop->cancel(reason);
  }

  // Never needed: a loop that is cancelled gives up its nodes within the same grace, and then ends.
  void abandon() override {}

 private:
  void begin(std::optional<Checkpoint> from) {
    if (from) {
      call_.spec.input = call_.answers.empty() ? RunInput(Continue{}) : RunInput(Command{call_.answers});
      call_.spec.from = std::move(from);
    }
    auto loop = make_loop(std::move(call_.spec), services_, [self = shared_from_this()](RunResult result) {
      self->end(end_of(*self->call_.outer, std::move(result)));
    });
    std::optional<CancelReason> cancelled;
    {
      const std::lock_guard lock(mutex_);
      loop_ = loop;
      cancelled = cancelled_;
    }
    loop->start();
    if (cancelled) loop->cancel(*cancelled);
  }

  void end(TaskEnd how) {
    {
      const std::lock_guard lock(mutex_);
      loop_.reset();
    }
    // Let go of: the step that waits for this task owns it.
    std::exchange(ended_, nullptr)(std::move(how));
  }

  // Constant after start(), but for spec, which moves into the loop, and ended_, which is called once
  SubgraphCall call_;
  const LoopServices services_;
  std::function<void(TaskEnd)> ended_;

  std::mutex mutex_;
  // Guarded by mutex_
  std::shared_ptr<Run> loop_;
  std::optional<CancelReason> cancelled_;
};

}  // namespace

std::shared_ptr<TaskHandle> start_subgraph(SubgraphCall call, const LoopServices& services,
                                           std::function<void(TaskEnd)> ended) {
  auto task = std::make_shared<SubgraphTask>(std::move(call), services, std::move(ended));
  task->start();
  return task;
}

}  // namespace agenthost::runtime
