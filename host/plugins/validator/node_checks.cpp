// check_nodes, check_edges, check_cancel and check_fuzz: the plugin at work.
#include <algorithm>

#include "host/plugins/validator/checks.hpp"
#include "host/plugins/validator/inputs.hpp"
#include "host/plugins/validator/rehearsal.hpp"

namespace agenthost::plugins::validator {
namespace {

using Kind = Ending::Kind;

// func(graph, node) for every node of every graph.
template <class Function>
void for_each_node(Trial& trial, Function func) {
  for (const auto& graph : trial.graphs()) {
    for (const auto& node : graph.nodes) func(graph, node);
  }
}

// The services that a failure comes of: those it names; or, when the plugin lacks one alone, that one.
std::set<std::string> services_missed(const std::set<std::string>& refused, const Ending& ending) {
  std::set<std::string> named;
  for (const auto& need : refused) {
    if (ending.text.find(extension_id_of(need)) != std::string::npos) named.insert(need);
  }
  const bool is_plain = named.empty() && refused.size() == 1 && ending.status == AGENT_DENIED;
  return is_plain ? refused : named;
}

// The line of plugin.yaml that asks for these too.
std::string needs_line(const Manifest& manifest, const std::set<std::string>& missed) {
  std::string list;
  for (const auto& need : manifest.needs) list += need + ", ";
  for (const auto& need : missed) list += need + ", ";
  return "needs: [" + list.substr(0, list.size() - 2) + "]";
}

void judge_failure(const Subject& subject, Trial& trial, Witness& witness, const std::string& who,
                   const Appearance& appearance) {
  const auto& text = appearance.ending.text;
  if (const auto missed = services_missed(trial.host().refused(), appearance.ending); !missed.empty()) {
    return witness.error(who + ": fails without a service that plugin.yaml does not ask for; write there " +
                         needs_line(subject.manifest, missed) + ". It says: " + text);
  }
  if (appearance.is_first) {
    return witness.warning(who + ": fails with a plain state and with an empty one: " + text +
                           "; if it needs more, an input_schema with an example says what");
  }
  witness.note(who + ": was not seen to succeed, also after the nodes before it: " + text);
}

void check_node(const Subject& subject, Trial& trial, Witness& witness, const TrialGraph& graph,
                const Appearance& appearance) {
  const auto& node = *appearance.node;
  const auto yes = [] { return std::string("\"yes\""); };
  auto plan = trial.plan(graph, node, appearance.state);
  plan.weather = Weather::kStormy;
  static_cast<void>(trial.run_with_answers(graph, plan, yes));
  const auto empty = trial.run_with_answers(graph, trial.plan(graph, node, "{}"), yes);
  const auto who = name_of_node(graph, node.path);
  if (appearance.ending.kind == Kind::kRefused) {
    witness.warning(who + ": " + appearance.ending.text +
                    ", which tells people nothing; fail() the task with a text instead");
  }
  if (appearance.ending.kind == Kind::kFailed && empty.kind == Kind::kFailed)
    judge_failure(subject, trial, witness, who, appearance);
}

}  // namespace

void check_nodes(const Subject& subject, Witness& witness) {
  Trial trial(subject, witness);
  if (!trial.open()) return;
  for (const auto& graph : trial.graphs()) {
    for (const auto& appearance : rehearse(trial, witness, graph))
      check_node(subject, trial, witness, graph, appearance);
  }
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
      static_cast<void>(trial.run_with_answers(graph, plan, [&] { return inputs.wild_value(); }));
    });
    for (const auto& graph : trial.graphs()) {
      for (const auto& edge : graph.edges) trial.route(graph, edge, inputs.wild_state(*edge.graph));
    }
  }
  trial.close();
}

}  // namespace agenthost::plugins::validator
