#include "host/plugins/validator/rehearsal.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "host/plugins/c_types.hpp"
#include "host/plugins/validator/inputs.hpp"
#include "host/runtime/routing.hpp"
#include "host/runtime/run.hpp"
#include "host/runtime/task_end.hpp"

namespace agenthost::plugins::validator {
namespace {

using runtime::Graph;
using runtime::Node;
using runtime::ParentCommand;
using runtime::Targets;
using runtime::TaskUpdate;
using runtime::WaysOut;
using runtime::Writes;

// A graph, or a graph inside a graph, and how far it has come.
struct Stage {
  const Graph& graph;
  const Graph* around = nullptr;
  models::Checkpoint state = {};
  bool is_opening = false;    // before its first superstep
  TaskUpdate to_around = {};  // what commands of its nodes say to the graph around
};

void set_values(Stage& stage, const std::string& state) {
  const auto members = split_object(state);
  for (const auto& member : *members) stage.state.channels.push_back({member.key, 0, make_blob(member.text)});
}

void append(TaskUpdate& to, TaskUpdate update) {
  std::move(update.writes.begin(), update.writes.end(), std::back_inserter(to.writes));
  std::move(update.goes_to.begin(), update.goes_to.end(), std::back_inserter(to.goes_to));
}

std::string listed(const std::vector<models::CheckpointTask>& tasks) {
  std::string names;
  for (const auto& task : tasks) names += (names.empty() ? "\"" : ", \"") + task.node + "\"";
  return names;
}

class Rehearsal {
 public:
  Rehearsal(Trial& trial, Witness& witness, const TrialGraph& graph)
      : trial_(trial), witness_(witness), graph_(graph) {}

  std::vector<Appearance> run() {
    Stage stage{*graph_.description};
    stage.is_opening = true;
    set_values(stage, plain_state(stage.graph));
    play(stage);
    return std::move(appearances_);
  }

 private:
  // Goes on as long as that leads to a node that was not seen yet; then the others.
  void play(Stage& stage) {
    WaysOut start;
    start.add(stage.graph.start());
    auto next = follow(stage, start);
    const auto is_new = [&](const runtime::Target& target) {
      return seen_.count(stage.graph.find_node(target.node)) == 0;
    };
    while (std::any_of(next.begin(), next.end(), is_new)) {
      next = play_step(stage, next);
      stage.is_opening = false;
    }
    stage.is_opening = false;
    for (const auto& node : stage.graph.nodes()) {
      if (seen_.count(&node) == 0) static_cast<void>(play_step(stage, {{node.name}}));
    }
  }

  // Where it leads.
  Targets play_step(Stage& stage, const Targets& targets) {
    constexpr std::size_t kMaxTasks = 32;  // sends may be many, and are alike
    auto tasks = runtime::make_tasks(stage.graph, "", targets);
    tasks.resize(std::min(tasks.size(), kMaxTasks));
    std::vector<Writes> writes;
    WaysOut ways;
    for (const auto& task : tasks) {
      const auto& node = *stage.graph.find_node(task.node);
      seen_.insert(&node);
      auto update = node.subgraph ? play_inside(stage, node, task) : play_node(stage, node, task);
      writes.push_back(std::move(update.writes));
      for (auto& target : update.goes_to) ways.targets.push_back(std::move(target));
      ways.add(node);
    }
    auto state = stage.state;
    if (const auto error =
            runtime::apply_writes(stage.graph, state, writes, runtime::RunLimits{}.max_state_bytes)) {
      witness_.error("graph \"" + graph_.description->id() + "\": the server refuses what " + listed(tasks) +
                     " write in the same superstep: " + printable(error->text));
    } else {
      stage.state = std::move(state);
    }
    return follow(stage, ways);
  }

  TaskUpdate play_node(Stage& stage, const Node& node, const models::CheckpointTask& task) {
    const auto is_it = [&](const TrialNode& one) { return one.path == node.path; };
    const auto& trial_node = *std::find_if(graph_.nodes.begin(), graph_.nodes.end(), is_it);
    auto plan = trial_.plan(graph_, trial_node, task.input ? *task.input : models::values_json(stage.state));
    auto ending = trial_.run_with_answers(graph_, plan, [] { return std::string("\"yes\""); });
    auto update = read(stage, node, task, ending);
    const auto was_there = [&](const Appearance& one) { return one.node == &trial_node; };
    if (std::none_of(appearances_.begin(), appearances_.end(), was_there))
      appearances_.push_back({&trial_node, std::move(plan.state), std::move(ending), stage.is_opening});
    return update;
  }

  // As the server reads it, and what it would say.
  TaskUpdate read(Stage& stage, const Node& node, const models::CheckpointTask& task, const Ending& ending) {
    if (ending.update.empty()) return {};
    runtime::NodeUpdate given;
    if (ending.status == AGENT_COMMAND) {
      given.command = make_blob(ending.update);
    } else {
      given.writes = *split_object(ending.update);
    }
    const auto* ns = stage.around == nullptr ? "" : "around";
    auto end = runtime::task_end(stage.graph, ns, task, std::move(given));
    if (const auto* command = std::get_if<ParentCommand>(&end)) {
      auto update = runtime::read_command(*stage.around, *command->command);
      append(stage.to_around, judged(node, std::move(update)));
      return {};
    }
    if (const auto* error = std::get_if<Error>(&end)) return judged(node, fail(*error));
    return judged(node, std::get<TaskUpdate>(std::move(end)));
  }

  TaskUpdate judged(const Node& node, Result<TaskUpdate> update) {
    const auto who = name_of_node(graph_, node.path);
    if (!update) {
      witness_.error(who + ": the server refuses what it completes with: " + printable(update.error().text));
      return {};
    }
    for (const auto& key : update->dropped) {
      witness_.error(who + ": writes \"" + printable(key) +
                     "\", which is no channel of its graph: the server drops it, and the value is lost");
    }
    return std::move(*update);
  }

  // The graph inside begins with what it shares with this one, and gives that back.
  TaskUpdate play_inside(const Stage& stage, const Node& node, const models::CheckpointTask& task) {
    Stage inside{*node.subgraph, &stage.graph};
    const auto given = task.input ? *task.input : models::values_json(stage.state);
    set_values(inside, shared_values(inside.graph, given));
    play(inside);
    auto update = std::move(inside.to_around);
    for (const auto& value : inside.state.channels) {
      if (const auto channel = stage.graph.channel_index(value.channel))
        update.writes.push_back({*channel, {*value.value}});
    }
    return update;
  }

  // Of the graph's plain state, with what was given laid over.
  static std::string shared_values(const Graph& graph, const std::string& given) {
    auto members = split_object(given).value_or(std::vector<JsonMember>{});
    static_cast<void>(runtime::take_unknown(graph, members));
    return merge_objects(plain_state(graph), to_text(members));
  }

  // Conditional edges that fail, or lead nowhere, are for check_edges to judge.
  Targets follow(const Stage& stage, const WaysOut& ways) {
    auto targets = ways.targets;
    for (const auto* edge : ways.edges) {
      const auto answer = trial_.ask(graph_, edge->path, models::values_json(stage.state));
      if (!answer) continue;
      auto further = runtime::read_targets(stage.graph, *answer, edge->targets);
      if (further) std::move(further->begin(), further->end(), std::back_inserter(targets));
    }
    return targets;
  }

  Trial& trial_;
  Witness& witness_;
  const TrialGraph& graph_;
  std::vector<Appearance> appearances_;
  std::set<const Node*> seen_;
};

}  // namespace

std::vector<Appearance> rehearse(Trial& trial, Witness& witness, const TrialGraph& graph) {
  return Rehearsal(trial, witness, graph).run();
}

}  // namespace agenthost::plugins::validator
