#include "host/runtime/superstep.hpp"

#include <algorithm>

#include "host/runtime/subgraph_task.hpp"

namespace agenthost::runtime {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// One task under way: the sink its node reports to.
class Superstep::Slot final : public TaskSink {
 public:
  Slot(Superstep& step, Due due, models::CheckpointTask task)
      : step_(step), due_(due), task_(std::move(task)) {}

  Pressure emit(Channel channel, std::string json) override {
    if (ended_) return Pressure::kNone;
    auto& events = step_.in_.events;
    switch (channel) {
      case Channel::kCustom:
        events.custom(std::move(json));
        break;
      case Channel::kMessages:
        events.message_chunk(json, task_, step_.step_number_);
        break;
      case Channel::kTools:
        events.tool(std::move(json));
        break;
    }
    return Pressure::kNone;
  }

  void done(NodeOutcome outcome) override {
    const auto& spec = step_.in_.spec;
    const auto* error = std::get_if<Error>(&outcome);
    if (error != nullptr && error->code != ErrorCode::kCancelled && spec.meter != nullptr)
      spec.meter->failures.add();
    ended(task_end(*spec.graph, spec.checkpoint_ns, task_, std::move(outcome)));
  }

  void ended(TaskEnd how) {
    close_span(how);
    if (auto* error = std::get_if<Error>(&how)) return step_.node_failed(*this, std::move(*error));
    if (const auto* update = std::get_if<TaskUpdate>(&how)) note_lost(*update);
    step_.slot_ended(*this, std::move(how));
  }

  void note_lost(const TaskUpdate& update) const {
    const auto& spec = step_.in_.spec;
    if (spec.lost_writes != nullptr) spec.lost_writes->note(*spec.graph, node(), update.dropped);
  }

  // Once for each try: by its end, or when it is abandoned.
  void close_span(const TaskEnd& how) {
    if (step_.in_.spec.spans != nullptr && has_span.exchange(false)) step_.record_span(*this, how);
  }

  // True for the caller that ends the slot, once.
  [[nodiscard]] bool claim_end() { return !ended_.exchange(true); }
  [[nodiscard]] bool has_ended() const { return ended_; }
  [[nodiscard]] const Node& node() const { return *due_.node; }
  [[nodiscard]] std::size_t index() const { return due_.task; }
  [[nodiscard]] const models::CheckpointTask& task() const { return task_; }

  // Written by whoever claimed the end, read once the step is finished.
  TaskEnd end;
  // Guarded by the step's mutex
  std::shared_ptr<TaskHandle> handle;
  bool between_tries = false;
  unsigned tries = 0;
  TimePoint started_at;  // the present try
  // Of the present try; written before the node starts
  std::atomic<bool> has_span{false};
  telemetry::TraceContext trace;
  std::int64_t started_ns = 0;  // of the spans' clock

 private:
  Superstep& step_;
  const Due due_;
  const models::CheckpointTask task_;
  std::atomic<bool> ended_{false};
};

Superstep::Superstep(Surroundings surroundings, const models::Checkpoint& checkpoint, std::vector<Due> due,
                     steady_clock::time_point deadline, std::function<void()> finished)
    : in_(std::move(surroundings)),
      state_(make_blob(values_json(checkpoint))),
      checkpoint_id_(checkpoint.checkpoint_id),
      step_number_(checkpoint.step + 1),
      run_deadline_(deadline),
      finished_(std::move(finished)),
      open_(due.size() + 1) {
  slots_.reserve(due.size());
  for (const auto& task : due)
    slots_.push_back(std::make_unique<Slot>(*this, task, checkpoint.tasks[task.task]));
}

Superstep::~Superstep() = default;

// ---- Starting ----

Superstep::Progress Superstep::start() {
  for (auto& slot : slots_) {
    in_.events.task_started(slot->task(), step_number_, input_of(slot->task()));
    start_slot(*slot);
  }
  if (open_.fetch_sub(1) == 1) return Progress::kFinished;
  arm_deadline();
  return Progress::kRunning;
}

void Superstep::start_slot(Slot& slot) {
  bool cancelled = false;
  {
    const std::lock_guard lock(mutex_);
    cancelled = cancelled_.has_value();
    slot.between_tries = false;
    slot.tries += 1;
    slot.started_at = steady_clock::now();
  }
  if (cancelled) return slot_ended(slot, Error{ErrorCode::kCancelled, "not started", ""});
  auto handle = launch(slot);
  std::optional<CancelReason> reason;
  {
    const std::lock_guard lock(mutex_);
    slot.handle = handle;
    reason = cancelled_;
  }
  if (reason && handle) handle->cancel(*reason);
}

std::shared_ptr<TaskHandle> Superstep::launch(Slot& slot) {
  if (in_.spec.spans != nullptr) begin_span(slot);
  if (!slot.node().subgraph) {
    if (in_.spec.meter != nullptr) in_.spec.meter->executions.add();
    return in_.spec.executor->start(make_call(slot), std::shared_ptr<TaskSink>(shared_from_this(), &slot));
  }
  return start_subgraph(
      {inner_spec(slot), in_.spec.graph.get(), in_.inner, in_.answers, slot.task().interrupts}, in_.services,
      [self = shared_from_this(), &slot](TaskEnd end) { slot.ended(std::move(end)); });
}

const JsonBlob& Superstep::input_of(const models::CheckpointTask& task) const {
  return task.input ? task.input : state_;
}

NodeCall Superstep::make_call(const Slot& slot) const {
  const auto& task = slot.task();
  const auto ns = models::inner_ns(in_.spec.checkpoint_ns, task);
  std::string config;
  config.reserve(in_.config_start.size() + ns.size() + task.id.size() + 64);
  config += in_.config_start;
  config += ",\"checkpoint_ns\":";
  config += quote(ns);
  config += ",\"task_id\":\"";
  config += task.id;
  config += "\",\"step\":";
  config += std::to_string(step_number_);
  config += '}';
  return NodeCall{&slot.node(), attempt_of(slot),  input_of(task), make_blob(std::move(config)),
                  task.answers, deadline_of(slot), slot.trace};
}

unsigned Superstep::attempt_of(const Slot& slot) const {
  return static_cast<unsigned>(in_.spec.attempt) + slot.tries - 1;
}

RunSpec Superstep::inner_spec(const Slot& slot) const {
  const auto& outer = in_.spec;
  const auto& graph = slot.node().subgraph;
  auto spec = outer;
  spec.graph = graph;
  spec.checkpoint_ns = models::inner_ns(outer.checkpoint_ns, slot.task());
  spec.parents =
      merge_objects(outer.parents, "{" + quote(outer.checkpoint_ns) + ":\"" + checkpoint_id_ + "\"}");
  spec.input = InputValues{input_of(slot.task())};
  spec.interrupt_before = graph->interrupt_before();
  spec.interrupt_after = graph->interrupt_after();
  spec.timeout = std::max(milliseconds(1),
                          std::chrono::duration_cast<milliseconds>(run_deadline_ - steady_clock::now()));
  spec.from.reset();
  spec.trace = slot.trace;
  spec.origin = Origin::kLatest;
  return spec;
}

std::string config_start(const RunSpec& spec) {
  return "{\"configurable\":" + spec.configurable + ",\"context\":" + spec.context +
         ",\"metadata\":" + spec.metadata + ",\"run_id\":\"" + spec.run_id + "\",\"thread_id\":\"" +
         spec.thread_id + "\",\"assistant_id\":\"" + spec.assistant_id +
         "\",\"graph_id\":" + quote(spec.graph->id());
}

steady_clock::time_point Superstep::deadline_of(const Slot& slot) const {
  if (slot.node().subgraph) return run_deadline_;  // its nodes have their own
  return std::min(run_deadline_,
                  slot.started_at + slot.node().timeout.value_or(in_.services.limits.node_timeout));
}

// ---- Ending ----

// Tries again when the node's policy covers the error, else the task has failed.
void Superstep::node_failed(Slot& slot, Error error) {
  const auto& retry = slot.node().retry;
  std::optional<unsigned> next_try;
  {
    const std::lock_guard lock(mutex_);
    if (!cancelled_ && !slot.has_ended() && slot.tries < retry.max_attempts && retry.covers(error)) {
      next_try = slot.tries + 1;
      slot.between_tries = true;
    }
  }
  if (!next_try) return slot_ended(slot, std::move(error));
  arm(retry.delay_before(*next_try), [&slot](Superstep& step) { step.start_slot(slot); });
}

void Superstep::slot_ended(Slot& slot, TaskEnd end) {
  if (!slot.claim_end()) return;
  const auto keep_alive = shared_from_this();
  bool failed = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto* error = std::get_if<Error>(&end)) {
      if (cancelled_) *error = cancel_error(slot);
      failed = !cancelled_;
      if (!first_error_) first_error_ = *error;
    }
  }
  show(slot, end);
  slot.end = std::move(end);
  if (failed) cancel(CancelReason::kUser);
  if (open_.fetch_sub(1) != 1) return;
  std::vector<Timers::Id> timers;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    timers.swap(timer_ids_);
  }
  for (const auto id : timers) in_.services.timers.cancel(id);
  finished_();
}

void Superstep::show(const Slot& slot, const TaskEnd& end) {
  const auto* update = std::get_if<TaskUpdate>(&end);
  if (update != nullptr) in_.events.written(slot.task(), step_number_, update->writes);
}

Error Superstep::cancel_error(const Slot& slot) const {
  const auto& node = slot.node();
  if (cancelled_ == CancelReason::kDeadline) {
    const auto limit = std::chrono::duration_cast<milliseconds>(deadline_of(slot) - slot.started_at);
    return {ErrorCode::kDeadline,
            "node \"" + node.name + "\" did not end within " + std::to_string(limit.count()) + " ms",
            "NodeTimeoutError"};
  }
  return {ErrorCode::kCancelled, "node \"" + node.name + "\" was cancelled", "CancelledError"};
}

// ---- Tracing ----

void Superstep::begin_span(Slot& slot) const {
  slot.trace = in_.spec.trace;
  slot.trace.span = telemetry::new_span_id();
  slot.started_ns = telemetry::span_clock_ns();
  slot.has_span = true;
}

void Superstep::record_span(const Slot& slot, const TaskEnd& end) const {
  telemetry::Span span;
  span.context = slot.trace;
  span.parent = in_.spec.trace.span;
  span.name = "node " + slot.node().path;
  span.start_ns = slot.started_ns;
  span.end_ns = std::max(span.start_ns, telemetry::span_clock_ns());  // the wall clock may be set back
  if (const auto* error = std::get_if<Error>(&end)) span.error = error->text;
  span.attributes = "{\"graph\":" + quote(in_.spec.graph->id()) + ",\"task_id\":\"" + slot.task().id +
                    "\",\"step\":" + std::to_string(step_number_) +
                    ",\"attempt\":" + std::to_string(attempt_of(slot)) +
                    (std::holds_alternative<TaskStopped>(end) ? ",\"interrupted\":true}" : "}");
  in_.spec.spans->ended(span);
}

// ---- Stopping ----

void Superstep::cancel(CancelReason reason) {
  std::vector<std::shared_ptr<TaskHandle>> handles;
  std::vector<Slot*> between_tries;
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return;
    cancelled_ = reason;
    for (const auto& slot : slots_) {
      if (slot->has_ended()) continue;
      if (slot->between_tries) {
        between_tries.push_back(slot.get());
      } else if (slot->handle) {
        handles.push_back(slot->handle);
      }
    }
  }
  for (const auto& handle : handles) handle->cancel(reason);
  arm_grace();
  for (auto* slot : between_tries) slot_ended(*slot, Error{ErrorCode::kCancelled, "not started", ""});
}

void Superstep::arm_deadline() {
  auto first = run_deadline_;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& slot : slots_) {
      if (!slot->has_ended() && !slot->between_tries) first = std::min(first, deadline_of(*slot));
    }
  }
  arm(first - steady_clock::now(), [](Superstep& step) { step.deadline_reached(); });
}

// A later try has a later deadline.
void Superstep::deadline_reached() {
  bool reached = steady_clock::now() >= run_deadline_;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& slot : slots_) {
      const bool runs = !slot->has_ended() && !slot->between_tries;
      reached = reached || (runs && steady_clock::now() >= deadline_of(*slot));
    }
  }
  if (reached) return cancel(CancelReason::kDeadline);
  arm_deadline();
}

void Superstep::arm_grace() {
  arm(in_.services.limits.cancel_grace, [](Superstep& step) { step.abandon_rest(); });
}

void Superstep::arm(std::chrono::nanoseconds delay, std::function<void(Superstep&)> then) {
  const auto id = in_.services.timers.after(delay, [weak = weak_from_this(), then = std::move(then)] {
    if (const auto self = weak.lock()) then(*self);
  });
  {
    const std::lock_guard lock(mutex_);
    if (!over_) {
      timer_ids_.push_back(id);
      return;
    }
  }
  in_.services.timers.cancel(id);  // the last task ended meanwhile
}

void Superstep::abandon_rest() {
  for (const auto& slot : slots_) {
    // A graph that was cancelled gives up its own nodes and then ends.
    if (slot->has_ended() || slot->node().subgraph) continue;
    std::shared_ptr<TaskHandle> handle;
    {
      const std::lock_guard lock(mutex_);
      handle = slot->handle;
    }
    if (handle) handle->abandon();
    const Error abandoned{ErrorCode::kCancelled, "abandoned: did not stop when it was cancelled", ""};
    slot->close_span(abandoned);
    slot_ended(*slot, abandoned);
  }
}

std::vector<TaskOutcome> Superstep::take_outcomes() {
  std::vector<TaskOutcome> outcomes;
  outcomes.reserve(slots_.size());
  for (auto& slot : slots_) outcomes.push_back({slot->index(), std::move(slot->end)});
  return outcomes;
}

std::optional<Error> Superstep::first_error() const {
  const std::lock_guard lock(mutex_);
  return first_error_;
}

}  // namespace agenthost::runtime
