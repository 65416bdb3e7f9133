#include "host/runtime/subgraph_task.hpp"

#include <algorithm>
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
    if (const auto channel = outer.channel_index(value.channel)) writes.push_back({*channel, {*value.value}});
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

using Interrupts = std::vector<models::Interrupt>;

// A task that has asked any of these, answered or not.
const models::CheckpointTask* who_asked(const Checkpoint& checkpoint, const Interrupts& any_of) {
  for (const auto& task : checkpoint.tasks) {
    for (const auto& own : task.interrupts) {
      if (std::any_of(any_of.begin(), any_of.end(), [&](const auto& one) { return one.id == own.id; }))
        return &task;
    }
  }
  return nullptr;
}

bool waits_for(const Checkpoint& checkpoint, const Interrupts& asked) {
  const auto* task = who_asked(checkpoint, asked);
  return task != nullptr && !task->result;
}

// Whether the graphs around it stood at these checkpoints: {ns: checkpoint id}.
bool was_made_below(const Checkpoint& checkpoint, const std::string& parents) {
  const auto metadata = parse_json(checkpoint.metadata);
  const auto wanted = parse_json(parents);
  const auto* own = metadata ? find_member(*metadata, "parents") : nullptr;
  return own != nullptr && wanted && *own == *wanted;
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
                                          self->choose(std::move(*found));
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
  // After a branch the graph around this one waits again for what is long answered here: then it goes on from
  // the checkpoint that asked, and branches off too.
  void choose(std::optional<Checkpoint> latest) {
    const auto& asked = call_.asked;
    if (!latest || asked.empty() || waits_for(*latest, asked) || was_made_below(*latest, call_.spec.parents))
      return begin(std::move(latest));
    services_.checkpointer->find_newest(
        call_.spec.thread_id, call_.spec.checkpoint_ns,
        [asked](const Checkpoint& one) { return who_asked(one, asked) != nullptr; },
        [self = shared_from_this(), latest = std::move(latest)](Result<std::optional<Checkpoint>> found) {
          if (!found) return self->end(found.error());
          if (!*found) return self->begin(latest);
          self->call_.spec.origin = Origin::kChosen;
          self->begin(reopened(std::move(**found)));
        });
  }

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
