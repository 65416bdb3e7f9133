#include "host/runtime/run.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "host/runtime/reducers.hpp"
#include "host/runtime/run_events.hpp"
#include "host/runtime/superstep.hpp"

namespace agenthost::runtime {

using models::Checkpoint;
using models::CheckpointTask;
using std::chrono::steady_clock;

bool Breakpoints::hits(std::string_view node) const {
  return all || std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

namespace {

// An answer that may come inside the call that asks for it, or later from another thread.
template <class T>
class Awaited {
 public:
  // From the answering side: true when the asker has gone to wait and must be woken.
  bool deliver(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    return waiting_;
  }
  // From the asker: the value, or nullopt and deliver() will say true.
  std::optional<T> take_or_wait() {
    const std::lock_guard lock(mutex_);
    waiting_ = !value_;
    return std::move(value_);
  }
  std::optional<T> take() {
    const std::lock_guard lock(mutex_);
    return std::move(value_);
  }

 private:
  std::mutex mutex_;
  std::optional<T> value_;
  bool waiting_ = false;
};

class RunLoop final : public Run, public std::enable_shared_from_this<RunLoop> {
 public:
  RunLoop(RunSpec spec, RunLimits limits, Executor& on, Timers& timers, Checkpointer* checkpointer,
          std::shared_ptr<EventStream> events, Ended ended)
      : spec_(std::move(spec)),
        limits_(limits),
        timers_(timers),
        checkpointer_(checkpointer),
        ended_(std::move(ended)),
        strand_(on),
        deadline_(steady_clock::now() + spec_.timeout),
        events_(spec_, std::move(events)),
        config_start_(config_start(spec_)) {}

  void start() override {
    strand_.post([self = shared_from_this()] { self->begin(); });
  }

  void cancel(CancelReason reason) override {
    strand_.post([self = shared_from_this(), reason] {
      if (self->over_ || self->cancelled_) return;
      self->cancelled_ = reason;
      if (self->step_) self->step_->cancel(reason);
    });
  }

 private:
  enum class Next { kGoOn, kWait };

  // ---- Beginning ----
  void begin();
  void begin_with_input(const InputValues& input);
  void begin_with_answers(const Resume& resume);
  void clear_stops();

  // ---- The loop ----
  void drive();
  [[nodiscard]] Next run_step();
  [[nodiscard]] Next finish_step();
  [[nodiscard]] JsonBlob result_json(const Writes& writes) const;
  [[nodiscard]] bool all_done() const;
  [[nodiscard]] Next complete_step();
  [[nodiscard]] Next stop_step(std::optional<Error> error);
  [[nodiscard]] Next route_from(std::size_t edge);
  [[nodiscard]] Next take_route(const Result<std::vector<std::string>>& targets, const ConditionalEdge& edge);
  [[nodiscard]] Next advance();
  [[nodiscard]] std::optional<Error> apply(std::vector<Writes> writes);
  [[nodiscard]] std::vector<Superstep::Due> due_tasks() const;
  [[nodiscard]] bool at_breakpoint(const Breakpoints& breakpoints) const;

  // ---- Checkpoints ----
  void new_checkpoint(std::string source, const std::vector<std::string>& next);
  [[nodiscard]] std::string checkpoint_metadata();
  [[nodiscard]] Next save();
  void save_tasks();
  void resume_when_saved(const Status& saved);

  void end(RunEnd how, std::optional<Error> error = {});

  // Constant after begin()
  RunSpec spec_;
  const RunLimits limits_;
  Timers& timers_;
  Checkpointer* const checkpointer_;
  Ended ended_;
  Strand strand_;
  const steady_clock::time_point deadline_;
  RunEvents events_;
  const std::string config_start_;

  // Strand-bound
  Checkpoint now_;
  bool has_state_ = false;
  bool saved_now_ = false;  // now_ is with the checkpointer
  std::string last_saved_id_;
  std::string metadata_start_;  // of every checkpoint's metadata; made with the first
  unsigned steps_ = 0;
  bool skip_breakpoint_ = false;  // the first step after a stop must not stop there again
  bool over_ = false;
  std::optional<CancelReason> cancelled_;
  std::shared_ptr<Superstep> step_;
  std::map<std::size_t, Writes> written_;  // what tasks of this step wrote, by index; results come from disk
  std::vector<std::string> ran_;           // nodes of the step that just ended
  std::vector<const ConditionalEdge*> edges_;  // to be asked before the next step
  std::vector<std::string> next_;              // nodes due next, in order of appearance
};

// ---- Beginning ----

void RunLoop::begin() {
  events_.started();
  if (spec_.from) {
    now_ = std::move(*spec_.from);
    spec_.from.reset();
    has_state_ = true;
    saved_now_ = true;
    last_saved_id_ = now_.checkpoint_id;
  }
  const RunInput input = std::move(spec_.input);
  if (const auto* values = std::get_if<InputValues>(&input)) return begin_with_input(*values);
  if (!has_state_ && std::holds_alternative<Resume>(input)) return end(RunEnd::kSuccess);  // nothing waits
  if (!has_state_) {
    return end(RunEnd::kError,
               Error{ErrorCode::kInvalid,
                     "Received no input writes: this thread has no state yet, so a run needs an input",
                     "EmptyInputError"});
  }
  skip_breakpoint_ = true;
  if (const auto* resume = std::get_if<Resume>(&input)) {
    begin_with_answers(*resume);
  } else {
    clear_stops();
  }
  events_.values(now_);
  drive();
}

void RunLoop::begin_with_input(const InputValues& input) {
  auto writes = read_writes(*spec_.graph, *input.values);
  if (!writes) {
    return end(RunEnd::kError,
               Error{ErrorCode::kInvalid, "input: " + writes.error().text, "InvalidUpdateError"});
  }
  if (!has_state_) {
    now_.thread_id = spec_.thread_id;
    now_.step = -2;
    for (const auto& channel : spec_.graph->channels()) {
      if (channel.initial) now_.channels.push_back({channel.name, new_version(), channel.initial});
    }
  }
  new_checkpoint("input", {std::string(kStart)});
  has_state_ = true;
  events_.checkpoint(now_);
  // A failure to save shows when the outcome is stored: the checkpointer keeps the order.
  (void)save();
  std::vector<Writes> all;
  all.push_back(std::move(*writes));
  if (auto error = apply(std::move(all))) return end(RunEnd::kError, std::move(error));
  next_ = spec_.graph->start().edges;
  edges_.clear();
  for (const auto& edge : spec_.graph->start().conditional_edges) edges_.push_back(&edge);
  if (route_from(0) == Next::kGoOn) drive();
}

void RunLoop::begin_with_answers(const Resume& resume) {
  for (const auto& answer : resume.answers) {
    for (auto& task : now_.tasks) {
      if (task.id != answer.task_id) continue;
      task.answers.push_back(answer.value);
      task.interrupt.reset();
      task.error.reset();
    }
  }
  save_tasks();
}

void RunLoop::clear_stops() {
  for (auto& task : now_.tasks) {
    task.interrupt.reset();
    task.error.reset();
  }
}

// ---- The loop ----

void RunLoop::drive() {
  while (!over_) {
    if (run_step() == Next::kWait) return;
  }
}

RunLoop::Next RunLoop::run_step() {
  if (cancelled_) return stop_step(std::nullopt);
  const auto due = due_tasks();
  if (due.empty() && !now_.tasks.empty() && all_done()) return complete_step();
  if (due.empty()) {
    const bool waits =
        std::any_of(now_.tasks.begin(), now_.tasks.end(), [](const auto& t) { return !!t.interrupt; });
    if (waits) events_.interrupted(now_);
    end(waits ? RunEnd::kInterrupted : RunEnd::kSuccess);
    return Next::kWait;
  }
  if (!skip_breakpoint_ && at_breakpoint(spec_.interrupt_before)) {
    events_.breakpoint();
    end(RunEnd::kInterrupted);
    return Next::kWait;
  }
  skip_breakpoint_ = false;
  if (steps_++ >= spec_.recursion_limit) {
    const auto limit = std::to_string(spec_.recursion_limit);
    end(RunEnd::kError, Error{ErrorCode::kExhausted,
                              "Recursion limit of " + limit +
                                  " reached without hitting a stop condition. You can "
                                  "increase the limit by setting the `recursion_limit` config key.",
                              "GraphRecursionError"});
    return Next::kWait;
  }
  step_ =
      std::make_shared<Superstep>(Superstep::Surroundings{spec_, limits_, events_, timers_, config_start_},
                                  now_, due, deadline_, [self = shared_from_this()] {
                                    self->strand_.post([self] {
                                      if (self->finish_step() == Next::kGoOn) self->drive();
                                    });
                                  });
  return step_->start() == Superstep::Progress::kRunning ? Next::kWait : finish_step();
}

std::vector<Superstep::Due> RunLoop::due_tasks() const {
  std::vector<Superstep::Due> due;
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) {
    const auto& task = now_.tasks[i];
    if (task.result || task.interrupt) continue;
    if (const auto* node = spec_.graph->find_node(task.node)) due.push_back({i, node});
  }
  return due;
}

bool RunLoop::at_breakpoint(const Breakpoints& breakpoints) const {
  return std::any_of(now_.tasks.begin(), now_.tasks.end(),
                     [&](const CheckpointTask& task) { return !task.result && breakpoints.hits(task.node); });
}

// Every task of the step has ended: note how, and stop unless all of the checkpoint's tasks are done.
RunLoop::Next RunLoop::finish_step() {
  auto outcomes = step_->take_outcomes();
  auto error = step_->first_error();
  step_.reset();
  for (auto& outcome : outcomes) {
    auto& task = now_.tasks[outcome.task];
    if (auto* writes = std::get_if<Writes>(&outcome.value)) {
      if (events_.shows_tasks()) task.result = result_json(*writes);
      written_[outcome.task] = std::move(*writes);
    } else if (const auto* interrupted = std::get_if<NodeInterrupted>(&outcome.value)) {
      task.interrupt = models::Interrupt{short_hash(task.node + ":" + task.id), interrupted->value};
    } else if (!cancelled_) {
      task.error = std::get<Error>(outcome.value);
    }
    events_.task_ended(task, now_.step + 1);
  }
  if (all_done()) return complete_step();
  for (const auto& [index, writes] : written_) now_.tasks[index].result = result_json(writes);
  return stop_step(std::move(error));
}

JsonBlob RunLoop::result_json(const Writes& writes) const {
  auto blob = writes_json(*spec_.graph, writes);
  return blob ? blob : make_blob("{}");
}

bool RunLoop::all_done() const {
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) {
    if (!now_.tasks[i].result && written_.count(i) == 0) return false;
  }
  return true;
}

RunLoop::Next RunLoop::complete_step() {
  std::vector<Writes> all;
  ran_.clear();
  edges_.clear();
  next_.clear();
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) {
    const auto& task = now_.tasks[i];
    const auto fresh = written_.find(i);
    auto writes = fresh != written_.end() ? Result<Writes>(std::move(fresh->second))
                                          : read_writes(*spec_.graph, *task.result);
    if (!writes) return stop_step(writes.error());
    all.push_back(std::move(*writes));
    ran_.push_back(task.node);
    const auto* node = spec_.graph->find_node(task.node);
    if (node == nullptr) continue;
    next_.insert(next_.end(), node->edges.begin(), node->edges.end());
    for (const auto& edge : node->conditional_edges) edges_.push_back(&edge);
  }
  written_.clear();
  if (auto conflict = apply(std::move(all))) return stop_step(std::move(conflict));
  return route_from(0);
}

// The step cannot be finished now: keep what its tasks reached and say why.
RunLoop::Next RunLoop::stop_step(std::optional<Error> error) {
  if (has_state_) save_tasks();
  if (cancelled_ == CancelReason::kDeadline || (error && steady_clock::now() >= deadline_)) {
    const auto limit = std::to_string(spec_.timeout.count());
    end(RunEnd::kTimeout,
        Error{ErrorCode::kDeadline, "the run did not end within " + limit + " ms", "TimeoutError"});
  } else if (cancelled_) {
    end(RunEnd::kCancelled, Error{ErrorCode::kCancelled, "the run was cancelled", "CancelledError"});
  } else if (error) {
    end(RunEnd::kError, std::move(error));
  } else {
    events_.interrupted(now_);
    end(RunEnd::kInterrupted);
  }
  return Next::kWait;
}

// Asks the conditional edges one after the other, on the state as the step has left it.
RunLoop::Next RunLoop::route_from(std::size_t edge) {
  if (edge == edges_.size()) return advance();
  const auto state = make_blob(values_json(now_));
  for (; edge < edges_.size(); ++edge) {
    // Shared because: the executor may answer after this function has returned.
    const auto answer = std::make_shared<Awaited<Result<std::vector<std::string>>>>();
    spec_.executor->route(*edges_[edge], state, [self = shared_from_this(), answer, edge](auto targets) {
      if (!answer->deliver(std::move(targets))) return;
      self->strand_.post([self, answer, edge] {
        if (self->take_route(*answer->take(), *self->edges_[edge]) == Next::kGoOn &&
            self->route_from(edge + 1) == Next::kGoOn) {
          self->drive();
        }
      });
    });
    const auto targets = answer->take_or_wait();
    if (!targets) return Next::kWait;
    if (take_route(*targets, *edges_[edge]) == Next::kWait) return Next::kWait;
  }
  return advance();
}

RunLoop::Next RunLoop::take_route(const Result<std::vector<std::string>>& targets,
                                  const ConditionalEdge& edge) {
  if (!targets) {
    auto error = targets.error();
    error.text = "conditional edge \"" + edge.name + "\": " + error.text;
    return stop_step(std::move(error));
  }
  next_.insert(next_.end(), targets->begin(), targets->end());
  return Next::kGoOn;
}

RunLoop::Next RunLoop::advance() {
  new_checkpoint("loop", next_);
  events_.checkpoint(now_);
  const auto saving = save();
  events_.values(now_);
  const auto stops = [&](const std::string& node) { return spec_.interrupt_after.hits(node); };
  if (!now_.tasks.empty() && std::any_of(ran_.begin(), ran_.end(), stops)) {
    events_.breakpoint();
    end(RunEnd::kInterrupted);
    return Next::kWait;
  }
  return saving;
}

// All updates of a step go in at once, in the order of the tasks.
std::optional<Error> RunLoop::apply(std::vector<Writes> writes) {
  const auto& channels = spec_.graph->channels();
  std::vector<std::size_t> writer(channels.size(), writes.size());
  std::size_t total = 0;
  for (std::size_t task = 0; task < writes.size(); ++task) {
    for (const auto& write : writes[task]) {
      const auto& channel = channels[write.channel];
      if (channel.reducer == Reducer::kLastValue && writer[write.channel] < task) {
        return Error{ErrorCode::kInvalid,
                     "At key '" + channel.name +
                         "': Can receive only one value per step. Give the channel a reducer "
                         "(append, messages, merge) to take several.",
                     "InvalidUpdateError"};
      }
      writer[write.channel] = task;
      auto slot = std::find_if(now_.channels.begin(), now_.channels.end(),
                               [&](const auto& value) { return value.channel == channel.name; });
      auto value = reduce(channel, slot == now_.channels.end() ? nullptr : slot->value, write.text);
      if (!value) return value.error();
      if (slot == now_.channels.end()) slot = now_.channels.insert(slot, {channel.name, 0, nullptr});
      slot->value = std::move(*value);
      slot->version = new_version();
    }
  }
  for (const auto& value : now_.channels) total += value.value->size();
  if (total <= limits_.max_state_bytes) return std::nullopt;
  return Error{ErrorCode::kExhausted,
               "the state has grown to " + std::to_string(total) + " bytes; the limit is " +
                   std::to_string(limits_.max_state_bytes) + " (runtime.max_state_bytes)",
               "StateTooLargeError"};
}

// ---- Checkpoints ----

void RunLoop::new_checkpoint(std::string source, const std::vector<std::string>& next) {
  // With Durability::kExit only the last checkpoint is kept, so the chain must link what is really there.
  now_.parent_id = saved_now_ || spec_.durability != Durability::kExit ? now_.checkpoint_id : last_saved_id_;
  now_.checkpoint_id = new_checkpoint_id();
  now_.run_id = spec_.run_id;
  now_.step += 1;
  now_.source = std::move(source);
  now_.created_at = now_us();
  now_.metadata = checkpoint_metadata();
  saved_now_ = false;
  now_.tasks.clear();
  for (const auto& node : next) {
    const bool there = std::any_of(now_.tasks.begin(), now_.tasks.end(),
                                   [&](const auto& task) { return task.node == node; });
    if (node != kEnd && !there) now_.tasks.push_back({derived_uuid(now_.checkpoint_id, node), node});
  }
}

// The run's metadata and what is said of every checkpoint. The first part is the same for all of them.
std::string RunLoop::checkpoint_metadata() {
  if (checkpointer_ == nullptr && !events_.shows_checkpoints()) return "{}";
  if (metadata_start_.empty()) {
    constexpr std::array<std::string_view, 6> kOurs{"source", "step",      "parents",
                                                    "run_id", "thread_id", "run_attempt"};
    metadata_start_ = "{\"run_id\":\"" + spec_.run_id + "\",\"thread_id\":\"" + spec_.thread_id +
                      "\",\"run_attempt\":" + std::to_string(spec_.attempt);
    const auto members = split_object(spec_.metadata);
    for (const auto& member : members ? *members : std::vector<JsonMember>{}) {
      if (std::find(kOurs.begin(), kOurs.end(), member.key) != kOurs.end()) continue;
      metadata_start_ += "," + quote(member.key) + ":" + member.text;
    }
  }
  return metadata_start_ + ",\"source\":\"" + now_.source + "\",\"step\":" + std::to_string(now_.step) +
         ",\"parents\":{}}";
}

RunLoop::Next RunLoop::save() {
  if (checkpointer_ == nullptr || spec_.durability == Durability::kExit) return Next::kGoOn;
  saved_now_ = true;
  last_saved_id_ = now_.checkpoint_id;
  if (spec_.durability == Durability::kAsync || now_.source == "input") {
    checkpointer_->save(now_, [](const Status&) {});
    return Next::kGoOn;
  }
  checkpointer_->save(now_, [self = shared_from_this()](const Status& saved) {
    self->strand_.post([self, saved] { self->resume_when_saved(saved); });
  });
  return Next::kWait;
}

void RunLoop::resume_when_saved(const Status& saved) {
  if (over_) return;
  if (saved) return drive();
  end(RunEnd::kError, Error{saved.error().code, "the checkpoint could not be saved: " + saved.error().text,
                            "CheckpointError"});
}

void RunLoop::save_tasks() {
  if (checkpointer_ != nullptr && saved_now_) checkpointer_->save_tasks(now_, [](const Status&) {});
}

void RunLoop::end(RunEnd how, std::optional<Error> error) {
  if (over_) return;
  over_ = true;
  if (checkpointer_ != nullptr && has_state_ && !saved_now_) checkpointer_->save(now_, [](const Status&) {});
  RunResult result{how, std::nullopt, std::move(error)};
  if (has_state_) result.checkpoint = std::move(now_);
  const auto ended = std::exchange(ended_, nullptr);
  ended(std::move(result));
}

}  // namespace

std::shared_ptr<Run> Run::create(RunSpec spec, RunLimits limits, Executor& on, Timers& timers,
                                 Checkpointer* checkpointer, std::shared_ptr<EventStream> events,
                                 Ended ended) {
  return std::make_shared<RunLoop>(std::move(spec), limits, on, timers, checkpointer, std::move(events),
                                   std::move(ended));
}

}  // namespace agenthost::runtime
