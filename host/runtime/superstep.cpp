#include "host/runtime/superstep.hpp"

#include <algorithm>

#include "host/runtime/reducers.hpp"

namespace agenthost::runtime {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Result<Writes> read_writes(const Graph& graph, std::string_view update) {
  auto members = split_object(update);
  if (!members) return fail(members.error());
  Writes writes;
  for (auto& member : *members) {
    const auto channel = graph.channel_index(member.key);
    if (!channel) continue;
    auto text = normalize_write(graph.channels()[*channel], std::move(member.text));
    if (!text) return fail(text.error());
    writes.push_back({*channel, std::move(*text)});
  }
  return writes;
}

JsonBlob writes_json(const Graph& graph, const Writes& writes) {
  if (writes.empty()) return nullptr;
  std::string out = "{";
  for (const auto& write : writes) {
    if (out.size() > 1) out += ',';
    out += quote(graph.channels()[write.channel].name);
    out += ':';
    out += write.text;
  }
  out += '}';
  return make_blob(std::move(out));
}

// One task under way: the sink its node reports to.
class Superstep::Slot final : public TaskSink {
 public:
  Slot(Superstep& step, Due due, models::CheckpointTask task)
      : step_(step), due_(due), task_(std::move(task)) {}

  Pressure emit(Channel channel, std::string json) override {
    if (ended_) return Pressure::kNone;
    if (channel == Channel::kCustom) {
      step_.in_.events.custom(std::move(json));
    } else {
      step_.in_.events.message_chunk(std::move(json), task(), step_.step_number_);
    }
    return Pressure::kNone;
  }

  void done(NodeOutcome ended) override {
    if (auto* update = std::get_if<NodeUpdate>(&ended)) {
      auto writes = update->update ? read_writes(*step_.in_.spec.graph, *update->update) : Writes{};
      if (writes) {
        step_.slot_ended(*this, std::move(*writes));
      } else {
        step_.slot_ended(*this, std::move(writes.error()));
      }
    } else if (auto* interrupt = std::get_if<NodeInterrupted>(&ended)) {
      step_.slot_ended(*this, std::move(*interrupt));
    } else {
      step_.slot_ended(*this, std::get<Error>(std::move(ended)));
    }
  }

  // True for the caller that ends the slot, once.
  [[nodiscard]] bool claim_end() { return !ended_.exchange(true); }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const Due& due() const { return due_; }
  [[nodiscard]] const models::CheckpointTask& task() const { return task_; }

  // Written by whoever claimed the end, read once the step is finished.
  std::variant<Writes, NodeInterrupted, Error> outcome;
  // Guarded by the step's mutex
  std::shared_ptr<TaskHandle> handle;

 private:
  Superstep& step_;
  const Due due_;
  const models::CheckpointTask task_;
  std::atomic<bool> ended_{false};
};

Superstep::Superstep(const Surroundings& surroundings, const models::Checkpoint& checkpoint,
                     std::vector<Due> due, steady_clock::time_point deadline, std::function<void()> finished)
    : in_(surroundings),
      state_(make_blob(values_json(checkpoint))),
      step_number_(checkpoint.step + 1),
      started_at_(steady_clock::now()),
      run_deadline_(deadline),
      finished_(std::move(finished)),
      open_(due.size() + 1) {
  slots_.reserve(due.size());
  for (const auto& task : due)
    slots_.push_back(std::make_unique<Slot>(*this, task, checkpoint.tasks[task.task]));
}

Superstep::~Superstep() = default;

Superstep::Progress Superstep::start() {
  for (auto& slot : slots_) start_slot(*slot);
  if (open_.fetch_sub(1) == 1) return Progress::kFinished;
  arm_deadline();
  return Progress::kRunning;
}

void Superstep::start_slot(Slot& slot) {
  {
    std::unique_lock lock(mutex_);
    if (cancelled_) {
      lock.unlock();
      slot_ended(slot, Error{ErrorCode::kCancelled, "not started", ""});
      return;
    }
  }
  in_.events.task_started(slot.task(), step_number_, state_);
  auto handle =
      in_.spec.executor->start(make_call(slot), std::shared_ptr<TaskSink>(shared_from_this(), &slot));
  std::optional<CancelReason> cancelled;
  {
    const std::lock_guard lock(mutex_);
    slot.handle = handle;
    cancelled = cancelled_;
  }
  if (cancelled && handle && !slot.ended()) handle->cancel(*cancelled);
}

NodeCall Superstep::make_call(const Slot& slot) const {
  const auto& task = slot.task();
  std::string config;
  config.reserve(in_.config_start.size() + 2 * task.id.size() + task.node.size() + 64);
  config += in_.config_start;
  config += ",\"checkpoint_ns\":";
  config += quote(task.node + ":" + task.id);
  config += ",\"task_id\":\"";
  config += task.id;
  config += "\",\"step\":";
  config += std::to_string(step_number_);
  config += '}';
  return NodeCall{slot.due().node, static_cast<unsigned>(in_.spec.attempt),
                  state_,          make_blob(std::move(config)),
                  task.answers,    deadline_of(*slot.due().node)};
}

std::string config_start(const RunSpec& spec) {
  return "{\"configurable\":" + spec.configurable + ",\"context\":" + spec.context +
         ",\"metadata\":" + spec.metadata + ",\"run_id\":\"" + spec.run_id + "\",\"thread_id\":\"" +
         spec.thread_id + "\",\"assistant_id\":\"" + spec.assistant_id +
         "\",\"graph_id\":" + quote(spec.graph->id());
}

steady_clock::time_point Superstep::deadline_of(const Node& node) const {
  return std::min(run_deadline_, started_at_ + node.timeout.value_or(in_.limits.node_timeout));
}

void Superstep::slot_ended(Slot& slot, std::variant<Writes, NodeInterrupted, Error> outcome) {
  if (!slot.claim_end()) return;
  const auto keep_alive = shared_from_this();
  bool failed = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto* error = std::get_if<Error>(&outcome)) {
      if (cancelled_) *error = cancel_error(slot);
      failed = !cancelled_;
      if (!first_error_) first_error_ = *error;
    }
  }
  if (const auto* writes = std::get_if<Writes>(&outcome)) {
    const auto& graph = *in_.spec.graph;
    for (const auto& write : *writes) {
      if (graph.channels()[write.channel].reducer != Reducer::kMessages) continue;
      in_.events.messages_written(write.text, slot.task(), step_number_);
    }
    if (in_.events.wants(StreamMode::kUpdates)) {
      in_.events.update(slot.due().node->name, writes_json(graph, *writes));
    }
  }
  slot.outcome = std::move(outcome);
  if (failed) cancel(CancelReason::kUser);
  if (open_.fetch_sub(1) != 1) return;
  std::vector<Timers::Id> timers;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    timers.swap(timer_ids_);
  }
  for (const auto id : timers) in_.timers.cancel(id);
  finished_();
}

Error Superstep::cancel_error(const Slot& slot) const {
  if (cancelled_ == CancelReason::kDeadline) {
    const auto& node = *slot.due().node;
    const auto limit = std::chrono::duration_cast<milliseconds>(deadline_of(node) - started_at_);
    return {ErrorCode::kDeadline,
            "node \"" + node.name + "\" did not end within " + std::to_string(limit.count()) + " ms",
            "NodeTimeoutError"};
  }
  return {ErrorCode::kCancelled, "node \"" + slot.due().node->name + "\" was cancelled", "CancelledError"};
}

void Superstep::cancel(CancelReason reason) {
  std::vector<std::shared_ptr<TaskHandle>> handles;
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return;
    cancelled_ = reason;
    for (const auto& slot : slots_) {
      if (!slot->ended() && slot->handle) handles.push_back(slot->handle);
    }
  }
  for (const auto& handle : handles) handle->cancel(reason);
  arm_grace();
}

void Superstep::arm_deadline() {
  auto first = run_deadline_;
  for (const auto& slot : slots_) {
    if (!slot->ended()) first = std::min(first, deadline_of(*slot->due().node));
  }
  arm(first - steady_clock::now(), [](Superstep& step) { step.cancel(CancelReason::kDeadline); });
}

void Superstep::arm_grace() {
  arm(in_.limits.cancel_grace, [](Superstep& step) { step.abandon_rest(); });
}

void Superstep::arm(std::chrono::nanoseconds delay, void (*then)(Superstep&)) {
  const auto id = in_.timers.after(delay, [weak = weak_from_this(), then] {
    if (const auto self = weak.lock()) then(*self);
  });
  {
    const std::lock_guard lock(mutex_);
    if (!over_) {
      timer_ids_.push_back(id);
      return;
    }
  }
  in_.timers.cancel(id);  // the last task ended meanwhile
}

void Superstep::abandon_rest() {
  for (const auto& slot : slots_) {
    if (slot->ended()) continue;
    std::shared_ptr<TaskHandle> handle;
    {
      const std::lock_guard lock(mutex_);
      handle = slot->handle;
    }
    if (handle) handle->abandon();
    slot_ended(*slot, Error{ErrorCode::kCancelled, "abandoned", ""});
  }
}

std::vector<TaskOutcome> Superstep::take_outcomes() {
  std::vector<TaskOutcome> outcomes;
  outcomes.reserve(slots_.size());
  for (auto& slot : slots_) outcomes.push_back({slot->due().task, std::move(slot->outcome)});
  return outcomes;
}

std::optional<Error> Superstep::first_error() const {
  const std::lock_guard lock(mutex_);
  return first_error_;
}

}  // namespace agenthost::runtime
