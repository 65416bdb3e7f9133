// What a human meant by a selection. Pure functions, immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace ctm {

struct Selection {
  std::vector<std::size_t> indices;  // in the order given, each once, all below `total`
  std::vector<std::string> dropped;  // out of range, as written
  bool understood = false;           // "none" is understood and empty
};

// A list of indices, one index, "all"/"todas", "none"/"ninguna", "0,2", or an object around one of these.
[[nodiscard]] Selection read_selection(const agent::Json& answer, std::size_t total);

}  // namespace ctm
