// How a loop goes on: which tasks are due, what their ends mean, where the edges lead.
#include "host/runtime/run_loop.hpp"

#include <algorithm>

#include "host/runtime/awaited.hpp"

namespace agenthost::runtime {

using models::CheckpointTask;
using std::chrono::steady_clock;

namespace {

bool waits(const CheckpointTask& task) {
  return !task.result && !task.interrupts.empty();
}

Error recursion_error(unsigned limit) {
  return {ErrorCode::kExhausted,
          "Recursion limit of " + std::to_string(limit) +
              " reached without hitting a stop condition. You can "
              "increase the limit by setting the `recursion_limit` config key.",
          "GraphRecursionError"};
}

// The checkpoint is of another version of the graph.
Error node_gone(const Graph& graph, const std::string& node) {
  return {ErrorCode::kNotFound,
          "node " + node + " is due, and graph " + graph.id() +
              " has no such node any more: its plugin was replaced. Go on from a state that is "
              "updated as another node, or bring the old version back"};
}

}  // namespace

void RunLoop::drive() {
  while (!over_) {
    if (run_step() == Next::kWait) return;
  }
}

RunLoop::Next RunLoop::run_step() {
  if (cancelled_) return stop_step(std::nullopt);
  auto found = due_tasks();
  if (!found) return stop_step(std::move(found.error()));
  auto due = std::move(*found);
  if (due.empty()) return nothing_due();
  if (!skip_breakpoint_ && at_breakpoint(spec_.interrupt_before)) {
    events_.breakpoint();
    end(RunEnd::kInterrupted);
    return Next::kWait;
  }
  skip_breakpoint_ = false;
  if (steps_++ >= spec_.recursion_limit) {
    end(RunEnd::kError, recursion_error(spec_.recursion_limit));
    return Next::kWait;
  }
  for (const auto& task : due) now_.tasks[task.task].error.reset();
  step_ = std::make_shared<Superstep>(
      Superstep::Surroundings{spec_, services_, events_, config_start_, inner_, answers_}, now_,
      std::move(due), deadline_, [self = shared_from_this()] {
        self->strand_.post([self] {
          if (self->finish_step() == Next::kGoOn) self->drive();
        });
      });
  return step_->start() == Superstep::Progress::kRunning ? Next::kWait : finish_step();
}

// Finished, or waiting for somebody.
RunLoop::Next RunLoop::nothing_due() {
  if (!now_.tasks.empty() && all_done()) return complete_step();
  const bool waiting = std::any_of(now_.tasks.begin(), now_.tasks.end(), waits);
  if (waiting) events_.interrupted(shown());
  end(waiting ? RunEnd::kInterrupted : RunEnd::kSuccess);
  return Next::kWait;
}

Result<std::vector<Superstep::Due>> RunLoop::due_tasks() const {
  std::vector<Superstep::Due> due;
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) {
    const auto& task = now_.tasks[i];
    if (task.result || (waits(task) && reopened_.count(i) == 0)) continue;
    const auto* node = spec_.graph->find_node(task.node);
    if (node == nullptr) return fail(node_gone(*spec_.graph, task.node));
    due.push_back({i, node});
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
  reopened_.clear();
  answers_.clear();
  for (auto& outcome : outcomes) note_outcome(outcome);
  if (to_parent_) {
    end(RunEnd::kSuccess);
    return Next::kWait;
  }
  return all_done() ? complete_step() : stop_step(std::move(error));
}

void RunLoop::note_outcome(TaskOutcome& outcome) {
  auto& task = now_.tasks[outcome.task];
  if (auto* update = std::get_if<TaskUpdate>(&outcome.end)) {
    const bool needed = services_.checkpointer != nullptr || events_.shows_results();
    const auto result = needed ? writes_json(*spec_.graph, update->writes) : nullptr;
    task.result = result ? result : make_blob("{}");
    task.goes_to = targets_json(update->goes_to);
    done_[outcome.task] = std::move(*update);
    if (const auto asked = asked_.find(outcome.task); asked != asked_.end())
      task.interrupts = std::move(asked->second);  // for whoever looks back
  } else if (auto* stopped = std::get_if<TaskStopped>(&outcome.end)) {
    task.interrupts = std::move(stopped->interrupts);
  } else if (auto* command = std::get_if<ParentCommand>(&outcome.end)) {
    to_parent_ = std::move(command->command);
  } else if (!cancelled_) {
    task.error = std::get<Error>(outcome.end);
  }
  events_.task_ended(task, now_.step + 1);
}

bool RunLoop::all_done() const {
  return std::all_of(now_.tasks.begin(), now_.tasks.end(),
                     [](const CheckpointTask& task) { return task.result != nullptr; });
}

RunLoop::Next RunLoop::complete_step() {
  std::vector<Writes> all;
  WaysOut ways;
  all.reserve(now_.tasks.size());
  ran_.clear();
  for (std::size_t i = 0; i < now_.tasks.size(); ++i) {
    const auto& task = now_.tasks[i];
    const auto fresh = done_.find(i);
    if (fresh != done_.end()) {
      all.push_back(std::move(fresh->second.writes));
    } else {
      auto writes = read_writes(*spec_.graph, *task.result);
      if (!writes) return stop_step(writes.error());
      all.push_back(std::move(*writes));
    }
    if (task.goes_to) {
      auto targets = read_targets(*spec_.graph, *task.goes_to);
      if (!targets) return stop_step(targets.error());
      for (auto& target : *targets) ways.targets.push_back(std::move(target));
    }
    ran_.push_back(task.node);
    const auto* node = task.node == kStart ? &spec_.graph->start() : spec_.graph->find_node(task.node);
    if (node != nullptr) ways.add(*node);
  }
  done_.clear();
  channels_before_ = now_.channels;
  auto conflict = apply_writes(*spec_.graph, now_, all, services_.limits.max_state_bytes);
  if (conflict) return advance(fail(std::move(*conflict)));
  if (now_.source == "input") events_.know_messages(now_);
  if (ways.edges.empty()) return advance(std::move(ways.targets));
  // Shared because: the executor may answer after this function has returned.
  const auto answer = std::make_shared<Awaited<Result<Targets>>>();
  follow(std::move(ways), spec_.graph, spec_.executor, make_blob(values_json(now_)),
         [self = shared_from_this(), answer](Result<Targets> targets) {
           if (!answer->deliver(std::move(targets))) return;
           self->strand_.post([self, answer] {
             if (self->advance(*answer->take()) == Next::kGoOn) self->drive();
           });
         });
  const auto targets = answer->take_or_wait();
  return targets ? advance(*targets) : Next::kWait;
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
    const bool asks = std::any_of(now_.tasks.begin(), now_.tasks.end(), waits);
    asks ? events_.interrupted(shown()) : events_.breakpoint();
    end(RunEnd::kInterrupted);
  }
  return Next::kWait;
}

RunLoop::Next RunLoop::advance(const Result<Targets>& targets) {
  if (!targets) {
    now_.channels = std::move(channels_before_);
    return stop_step(targets.error());
  }
  const bool keeps_before = saved_now_ && now_.source != "input";
  auto before = std::move(now_.tasks);
  const auto before_id = now_.checkpoint_id;
  new_checkpoint("loop", *targets);
  events_.checkpoint(now_);
  auto saving = Next::kGoOn;
  if (keeps_before) {
    models::Checkpoint done;
    done.thread_id = now_.thread_id;
    done.checkpoint_ns = now_.checkpoint_ns;
    done.checkpoint_id = before_id;
    done.tasks = std::move(before);
    saving = save(&done);
  } else {
    saving = save(nullptr);
  }
  events_.values(now_);
  const auto stops = [&](const std::string& node) { return spec_.interrupt_after.hits(node); };
  if (!now_.tasks.empty() && std::any_of(now_.written_by.begin(), now_.written_by.end(), stops)) {
    events_.breakpoint();
    end(RunEnd::kInterrupted);
    return Next::kWait;
  }
  return saving;
}

}  // namespace agenthost::runtime
