// Project: what the user wants funded. Immutable once read from the state.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>

namespace ctm {

struct Project {
  std::string title;
  std::string description;
  std::string documents;  // the text of the documents that were read

  [[nodiscard]] static Project from_state(const agent::Json& state);
  // All of it, for searching.
  [[nodiscard]] std::string text() const { return title + "\n" + description + "\n" + documents; }
};

}  // namespace ctm
