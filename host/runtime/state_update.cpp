#include "host/runtime/state_update.hpp"

#include <algorithm>
#include <utility>

#include "host/base/ids.hpp"
#include "host/runtime/routing.hpp"
#include "host/runtime/task_end.hpp"

namespace agenthost::runtime {
namespace {

using models::Checkpoint;

tl::unexpected<Error> bad(std::string text) {
  return fail(ErrorCode::kInvalid, std::move(text), "InvalidUpdateError");
}

// One superstep, read: who writes what, and where that leads besides the edges.
struct Step {
  std::vector<std::string> nodes;
  std::vector<Writes> writes;
  WaysOut ways;
};

class Updater final : public std::enable_shared_from_this<Updater> {
 public:
  Updater(StateUpdate update, StateUpdated done) : update_(std::move(update)), done_(std::move(done)) {
    if (update_.from) {
      now_ = std::move(*update_.from);
      has_state_ = true;
    }
  }

  void go_on() {
    while (next_ < update_.supersteps.size()) {
      const auto& step = update_.supersteps[next_++];
      if (step.size() == 1 && takes_no_node(step.front())) {
        if (auto taken = take_special(step.front()); !taken) return done_(fail(taken.error()));
        continue;
      }
      auto read = read_step(step);
      if (!read) return done_(fail(read.error()));
      if (read->ways.edges.empty()) {
        make("update", read->ways.targets, std::move(read->nodes));
        continue;
      }
      return ask_edges(std::move(*read));
    }
    done_(std::move(made_));
  }

 private:
  static bool takes_no_node(const StateWrite& write) {
    if (!write.as_node) return !write.values && !write.command;
    return *write.as_node == kEnd || *write.as_node == kInput || *write.as_node == kCopy;
  }

  Status take_special(const StateWrite& write) {
    if (write.as_node == kInput) return take_input(write);
    if (!has_state_) return bad("this thread has no state yet: begin with as_node \"__input__\"");
    if (write.as_node == kCopy) {
      auto parent = now_.parent_id;
      make("fork", pending_besides({}), now_.written_by);
      made_.back().parent_id = now_.parent_id = std::move(parent);
      return {};
    }
    auto writes = writes_of(write);
    if (!writes) return fail(writes.error());
    if (auto error = apply_writes(*update_.graph, now_, {*writes}, update_.max_state_bytes))
      return fail(*error);
    make("update", write.as_node == kEnd ? Targets{} : pending_besides({}), now_.written_by);
    return {};
  }

  // As at the beginning of a run: the input waits for being applied by the next superstep or run.
  Status take_input(const StateWrite& write) {
    auto writes = writes_of(write);
    if (!writes) return fail(writes.error());
    ensure_state();
    const auto result = writes_json(*update_.graph, *writes);
    make("input", {{std::string(kStart)}}, {});
    made_.back().tasks.front().result = now_.tasks.front().result = result ? result : make_blob("{}");
    return {};
  }

  void ensure_state() {
    if (has_state_) return;
    now_.thread_id = update_.thread_id;
    now_.checkpoint_ns = update_.checkpoint_ns;
    now_.step = -2;
    start_channels(*update_.graph, now_);
    has_state_ = true;
  }

  Result<Writes> writes_of(const StateWrite& write) const {
    if (!write.values) return Writes{};
    if (write.values->front() != '[') return read_writes(*update_.graph, *write.values);
    const auto list = parse_json(*write.values);
    if (!list) return fail(list.error());
    Writes all;
    for (const auto& one : list->GetArray()) {
      auto writes = read_writes(*update_.graph, to_text(one));
      if (!writes) return fail(writes.error());
      for (auto& entry : *writes) all.push_back(std::move(entry));
    }
    return all;
  }

  Result<std::string> writer_of(const StateWrite& write) const {
    if (write.as_node) return *write.as_node;
    const auto& nodes = update_.graph->nodes();
    auto writers = now_.written_by;
    if (!has_state_ && nodes.size() == 1) writers = {nodes.front().name};
    std::sort(writers.begin(), writers.end());
    writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
    if (writers.size() == 1) return writers.front();
    return bad("Ambiguous update, specify as_node");
  }

  Result<Step> read_step(const std::vector<StateWrite>& step) {
    ensure_state();
    Step read;
    for (const auto& write : step) {
      auto name = writer_of(write);
      if (!name) return fail(name.error());
      const auto* node = *name == kStart ? &update_.graph->start() : update_.graph->find_node(*name);
      if (node == nullptr) return bad("as_node: there is no node \"" + *name + "\"");
      auto writes = writes_of(write);
      if (!writes) return fail(writes.error());
      if (write.command) {
        auto command = read_command(*update_.graph, *write.command);
        if (!command) return fail(command.error());
        for (auto& entry : command->writes) writes->push_back(std::move(entry));
        for (auto& target : command->goes_to) read.ways.targets.push_back(std::move(target));
      }
      read.writes.push_back(std::move(*writes));
      read.ways.add(*node);
      read.nodes.push_back(std::move(*name));
    }
    for (auto& target : pending_besides(read.nodes)) read.ways.targets.push_back(std::move(target));
    if (auto error = apply_writes(*update_.graph, now_, read.writes, update_.max_state_bytes))
      return fail(*error);
    return read;
  }

  // What is still to be done but for the nodes that have just been written as, and for an input that was
  // never taken.
  Targets pending_besides(const std::vector<std::string>& nodes) const {
    Targets pending;
    for (const auto& task : now_.tasks) {
      const bool written = std::find(nodes.begin(), nodes.end(), task.node) != nodes.end();
      if (!written && !task.result && task.node != kStart) pending.push_back({task.node, task.input});
    }
    return pending;
  }

  void ask_edges(Step step) {
    follow(std::move(step.ways), update_.graph, update_.executor, make_blob(values_json(now_)),
           [self = shared_from_this(), nodes = std::move(step.nodes)](Result<Targets> targets) mutable {
             if (!targets) return self->done_(fail(targets.error()));
             self->make("update", *targets, std::move(nodes));
             self->go_on();
           });
  }

  void make(std::string source, const Targets& next, std::vector<std::string> written_by) {
    now_.parent_id = now_.checkpoint_id;
    now_.checkpoint_id = new_checkpoint_id();
    now_.run_id.clear();
    now_.step += 1;
    now_.source = std::move(source);
    now_.created_at = now_us();
    now_.metadata = merge_objects(update_.metadata, "{\"source\":\"" + now_.source +
                                                        "\",\"step\":" + std::to_string(now_.step) +
                                                        ",\"parents\":" + update_.parents + "}");
    now_.written_by = std::move(written_by);
    now_.tasks = make_tasks(*update_.graph, now_.checkpoint_id, next);
    made_.push_back(now_);
  }

  StateUpdate update_;  // constant but for `from`, which moves into now_
  const StateUpdated done_;
  Checkpoint now_;
  bool has_state_ = false;
  std::size_t next_ = 0;
  std::vector<Checkpoint> made_;
};

}  // namespace

void update_state(StateUpdate update, StateUpdated done) {
  std::make_shared<Updater>(std::move(update), std::move(done))->go_on();
}

}  // namespace agenthost::runtime
