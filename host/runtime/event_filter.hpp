// EventFilter: which of a run's events one reader gets, and under which names. Immutable value.
#pragma once

#include <string>
#include <vector>

#include "host/runtime/event_stream.hpp"

namespace agenthost::runtime {

struct EventFilter {
  StreamModes modes = ~0U;
  // Hidden: of the graphs inside, only what they say to the run as a whole: custom events and messages.
  Subgraphs subgraphs = Subgraphs::kShown;
  // Only from these graphs and those inside them; empty: from all. "child" names every graph at that node,
  // "child:<task id>" one of them.
  std::vector<std::string> namespaces = {};

  [[nodiscard]] bool wants(const Event& event) const;
  // With the namespace behind it where clients look for it.
  [[nodiscard]] std::string name_of(const Event& event) const;
};

}  // namespace agenthost::runtime
