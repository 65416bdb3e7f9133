// What a loop starts from: an input, a command, or the checkpoint as it stands.
#include <algorithm>
#include <utility>

#include "host/runtime/run_loop.hpp"

namespace agenthost::runtime {

using models::CheckpointTask;

namespace {

// The same tasks again, as a fork runs them: nothing of what they reached counts.
Targets targets_of(const std::vector<CheckpointTask>& tasks) {
  Targets targets;
  for (const auto& task : tasks) targets.push_back({task.node, task.input});
  return targets;
}

}  // namespace

models::Checkpoint reopened(models::Checkpoint checkpoint) {
  for (auto& task : checkpoint.tasks) {
    if (!task.result || task.node == kStart) continue;
    task.result = nullptr;
    task.goes_to = nullptr;
    if (!task.interrupts.empty() && !task.answers.empty()) task.answers.pop_back();
  }
  return checkpoint;
}

RunLoop::RunLoop(RunSpec spec, LoopServices services, Ended ended)
    : spec_(std::move(spec)),
      services_(std::move(services)),
      ended_(std::move(ended)),
      strand_(services_.on),
      deadline_(std::chrono::steady_clock::now() + spec_.timeout),
      events_(spec_, services_.feed),
      config_start_(config_start(spec_)) {}

void RunLoop::start() {
  strand_.post([self = shared_from_this()] { self->begin(); });
}

void RunLoop::cancel(CancelReason reason) {
  strand_.post([self = shared_from_this(), reason] {
    if (self->over_ || self->cancelled_) return;
    self->cancelled_ = reason;
    if (self->step_) self->step_->cancel(reason);
  });
}

void RunLoop::begin() {
  events_.started();
  if (spec_.from) {
    now_ = std::move(*spec_.from);
    spec_.from.reset();
    has_state_ = true;
    saved_now_ = true;
    last_saved_id_ = now_.checkpoint_id;
    inner_ = InnerState::kMaybe;
    events_.know_messages(now_);
  }
  const RunInput input = std::move(spec_.input);
  if (const auto* values = std::get_if<InputValues>(&input)) return begin_with_input(*values);
  if (const auto* command = std::get_if<Command>(&input)) return begin_with_command(*command);
  begin_again();
}

void RunLoop::make_first_state() {
  now_.thread_id = spec_.thread_id;
  now_.checkpoint_ns = spec_.checkpoint_ns;
  now_.step = -2;
  start_channels(*spec_.graph, now_);
  has_state_ = true;
}

// The input is what the task __start__ of a checkpoint has written: so a crash or a fork there loses nothing.
void RunLoop::begin_with_input(const InputValues& input) {
  auto writes = read_writes(*spec_.graph, *input.values);
  if (!writes) {
    return end(RunEnd::kError,
               Error{ErrorCode::kInvalid, "input: " + writes.error().text, "InvalidUpdateError"});
  }
  if (!has_state_) make_first_state();
  new_checkpoint("input", {{std::string(kStart)}});
  const auto result = writes_json(*spec_.graph, *writes);
  now_.tasks.front().result = result ? result : make_blob("{}");
  done_[0] = TaskUpdate{std::move(*writes)};
  events_.checkpoint(now_);
  // A failure to save shows when the outcome is stored: the checkpointer keeps the order.
  (void)save(nullptr);
  if (complete_step() == Next::kGoOn) drive();
}

void RunLoop::begin_with_command(const Command& command) {
  const bool changes = command.update || command.goes_to;
  if (!has_state_ && !changes) return end(RunEnd::kSuccess);  // nothing waits
  if (!has_state_) make_first_state();
  skip_breakpoint_ = true;
  const bool answered = take_answers(command.answers);
  if (changes || spec_.origin == Origin::kChosen) {
    if (auto error = apply_command(command)) return end(RunEnd::kError, std::move(error));
  } else if (answered) {
    save_tasks();
  }
  events_.values(now_);
  drive();
}

// True when a task's answers have changed.
bool RunLoop::take_answers(const std::vector<Command::Answer>& answers) {
  answers_ = answers;
  bool changed = false;
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) {
    auto& task = now_.tasks[i];
    for (const auto& answer : answers) {
      const bool asked = std::any_of(task.interrupts.begin(), task.interrupts.end(),
                                     [&](const auto& one) { return one.id == answer.interrupt_id; });
      if (task.result || !asked) continue;
      reopened_.insert(i);
      if (task.kind == models::TaskKind::kSubgraph) continue;  // the graph inside keeps its own answers
      task.answers.push_back(answer.value);
      asked_[i] = std::exchange(task.interrupts, {});
      changed = true;
    }
  }
  return changed;
}

// A checkpoint of its own for what the command writes. Whatever was to be done still is, under the same ids
// and with its answers.
std::optional<Error> RunLoop::apply_command(const Command& command) {
  const auto text = "{\"update\":" + (command.update ? *command.update : "null") +
                    ",\"goto\":" + (command.goes_to ? *command.goes_to : "null") + "}";
  auto update = read_command(*spec_.graph, text);
  if (!update) return update.error();
  auto channels = now_.channels;
  if (auto error = apply_writes(*spec_.graph, now_, {update->writes}, services_.limits.max_state_bytes)) {
    now_.channels = std::move(channels);
    return error;
  }
  auto tasks = std::move(now_.tasks);
  auto reopened = std::move(reopened_);
  auto answers = std::move(answers_);
  ran_ = now_.written_by;
  new_checkpoint(command.update || command.goes_to ? "update" : "fork", update->goes_to);
  for (auto& task : now_.tasks) {
    const bool there = std::any_of(tasks.begin(), tasks.end(), [&](const auto& old) {
      return task.send_index < 0 && old.send_index < 0 && old.node == task.node && !old.result;
    });
    if (!there) tasks.push_back(std::move(task));
  }
  now_.tasks = std::move(tasks);
  reopened_ = std::move(reopened);
  answers_ = std::move(answers);
  inner_ = InnerState::kMaybe;
  events_.checkpoint(now_);
  (void)save(nullptr);
  return std::nullopt;
}

// Everything that stopped or failed runs again.
void RunLoop::begin_again() {
  if (!has_state_) {
    return end(RunEnd::kError,
               Error{ErrorCode::kInvalid,
                     "Received no input writes: this thread has no state yet, so a run needs an input",
                     "EmptyInputError"});
  }
  skip_breakpoint_ = true;
  events_.values(now_);
  if (spec_.origin == Origin::kChosen) fork();
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) reopened_.insert(i);
  drive();
}

void RunLoop::fork() {
  // The input of a run is not repeated by a node, so it is taken along.
  const auto input =
      !now_.tasks.empty() && now_.tasks.front().node == kStart ? now_.tasks.front().result : nullptr;
  ran_ = now_.written_by;
  new_checkpoint("fork", targets_of(now_.tasks));
  if (input) now_.tasks.front().result = input;
  events_.checkpoint(now_);
  (void)save(nullptr);
}

}  // namespace agenthost::runtime
