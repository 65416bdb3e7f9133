// Glossary: the concepts of the agent's world with their words in Spanish and English: the bridge between a
// Spanish project and English literature, and the measure of what two texts share. Immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ctm {

struct Concept {
  std::string id;
  double weight = 1;  // below 1: said of nearly every project, so it distinguishes little
  std::vector<std::string> es, en;
  std::vector<std::string> phrases;  // " root root " of every term, for finding
  std::vector<std::string> except;  // phrases that contain a term and mean something else: "machine learning"

  // How often a line of roots (text::stem_line) speaks of it.
  [[nodiscard]] int mentions_in(const std::string& line) const;
};

class Glossary {
 public:
  explicit Glossary(const agent::Json& data);

  // The concepts a text speaks of, the most mentioned and weightiest first.
  [[nodiscard]] std::vector<const Concept*> concepts_in(std::string_view text) const;

 private:
  std::vector<Concept> concepts_;
};

}  // namespace ctm
