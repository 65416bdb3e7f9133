// Rehearsal: a graph as the server runs it, superstep by superstep, beginning with a plain state: every node
// gets what the nodes before it wrote, and the server's own code reads what it gives back and applies it.
// What the server would refuse or drop goes to the Witness. Strand-bound.
#pragma once

#include <string>
#include <vector>

#include "host/plugins/validator/trial.hpp"

namespace agenthost::plugins::validator {

// How one node did, the first time.
struct Appearance {
  const TrialNode* node = nullptr;
  std::string state;     // what it was given
  Ending ending;         // with every question answered
  bool is_first = true;  // in the graph's first superstep: the run's input is all that it can build on
};

// Every node once or more; those that no way led to come last. Questions are answered "yes".
[[nodiscard]] std::vector<Appearance> rehearse(Trial& trial, Witness& witness, const TrialGraph& graph);

}  // namespace agenthost::plugins::validator
