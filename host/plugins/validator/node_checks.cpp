// check_nodes, check_edges, check_cancel and check_fuzz: the plugin at work.
#include <algorithm>

#include "host/plugins/validator/checks.hpp"
#include "host/plugins/validator/inputs.hpp"

namespace agenthost::plugins::validator {
namespace {

using Kind = Ending::Kind;

constexpr unsigned kMaxQuestions = 8;

// Runs a node to an end that is no question, answering each; the answers come from `answer`.
template <class Answer>
Ending run_with_answers(Trial& trial, const TrialGraph& graph, RunPlan plan, Answer answer) {
  auto ending = trial.run(graph, plan);
  while (ending.kind == Kind::kInterrupted && plan.answers.size() < kMaxQuestions) {
    plan.answers.push_back(answer());
    ending = trial.run(graph, plan);
  }
  return ending;
}

// func(graph, node) for every node of every graph.
template <class Function>
void for_each_node(Trial& trial, Function func) {
  for (const auto& graph : trial.graphs()) {
    for (const auto& node : graph.nodes) func(graph, node);
  }
}

std::string name_of(const TrialGraph& graph, const TrialNode& node) {
  return "node \"" + node.path + "\" of graph \"" + graph.description->id() + "\"";
}

void check_node(Trial& trial, Witness& witness, const TrialGraph& graph, const TrialNode& node) {
  const auto yes = [] { return std::string("\"yes\""); };
  auto plan = trial.plan(graph, node, plain_state(*node.graph));
  const auto fair = run_with_answers(trial, graph, plan, yes);
  plan.weather = Weather::kStormy;
  static_cast<void>(run_with_answers(trial, graph, plan, yes));
  const auto empty = run_with_answers(trial, graph, trial.plan(graph, node, "{}"), yes);
  if (fair.kind == Kind::kRefused) {
    witness.warning(name_of(graph, node) + ": " + fair.text +
                    ", which tells people nothing; fail() the task with a text instead");
  }
  if (fair.kind == Kind::kFailed && empty.kind == Kind::kFailed) {
    witness.warning(name_of(graph, node) + ": fails with a plain state and with an empty one: " + fair.text +
                    "; if it needs more, an input_schema says what");
  }
}

}  // namespace

void check_nodes(const Subject& subject, Witness& witness) {
  Trial trial(subject, witness);
  if (!trial.open()) return;
  for_each_node(trial, [&](const TrialGraph& graph, const TrialNode& node) {
    check_node(trial, witness, graph, node);
  });
  trial.close();
}

void check_edges(const Subject& subject, Witness& witness) {
  Trial trial(subject, witness);
  if (!trial.open()) return;
  for (const auto& graph : trial.graphs()) {
    for (const auto& edge : graph.edges) {
      trial.route(graph, edge, plain_state(*edge.graph));
      trial.route(graph, edge, "{}");
    }
  }
  trial.close();
}

void check_cancel(const Subject& subject, Witness& witness) {
  constexpr unsigned kMaxSteps = 8;
  Trial trial(subject, witness);
  if (!trial.open()) return;
  for_each_node(trial, [&](const TrialGraph& graph, const TrialNode& node) {
    auto plan = trial.plan(graph, node, plain_state(*node.graph));
    const auto steps = std::min(trial.run(graph, plan).service_calls, kMaxSteps);
    for (plan.cancel_after_calls = 0; plan.cancel_after_calls <= steps; ++plan.cancel_after_calls) {
      static_cast<void>(trial.run(graph, plan));
    }
  });
  trial.close();
}

void check_fuzz(const Subject& subject, Witness& witness) {
  Trial trial(subject, witness);
  if (!trial.open()) return;
  Inputs inputs(subject.seed);
  for (unsigned round = 0; round < subject.rounds; ++round) {
    for_each_node(trial, [&](const TrialGraph& graph, const TrialNode& node) {
      auto plan = trial.plan(graph, node, inputs.wild_state(*node.graph));
      plan.weather = round % 4 == 3 ? Weather::kStormy : Weather::kFair;
      static_cast<void>(run_with_answers(trial, graph, plan, [&] { return inputs.wild_value(); }));
    });
    for (const auto& graph : trial.graphs()) {
      for (const auto& edge : graph.edges) trial.route(graph, edge, inputs.wild_state(*edge.graph));
    }
  }
  trial.close();
}

}  // namespace agenthost::plugins::validator
