// Inputs: the states a node is tried with: a plain one that its graph would call sensible, and wild ones. The
// same seed gives the same inputs. Strand-bound.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "host/runtime/graph.hpp"

namespace agenthost::plugins::validator {

// Every channel as the graph's schemas describe it, messages as a short conversation, initial values as they
// are.
[[nodiscard]] std::string plain_state(const runtime::Graph& graph);

class Inputs {
 public:
  explicit Inputs(std::uint64_t seed) : random_(seed) {}

  // Some of the channels, with values that may be of any type and size.
  [[nodiscard]] std::string wild_state(const runtime::Graph& graph);
  // Any JSON value.
  [[nodiscard]] std::string wild_value(unsigned depth = 0);

 private:
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  [[nodiscard]] std::string wild_messages();
  [[nodiscard]] std::string wild_text();
  [[nodiscard]] std::string wild_number();

  std::mt19937_64 random_;
};

}  // namespace agenthost::plugins::validator
