// What a project's own text states: purpose, needs, figures, technology. Pure functions, immutable.
#pragma once

#include <string>
#include <vector>

#include "catalogue/glossary.hpp"
#include "domain/language.hpp"
#include "domain/project.hpp"

namespace ctm {

struct ProjectFacts {
  std::string opening;               // its first sentence or two
  std::vector<std::string> goals;    // sentences that say what it is for
  std::vector<std::string> needs;    // sentences that ask for money or means
  std::vector<std::string> figures;  // "500 familias", "40%"
  // A layer of the architecture and the project's own concepts in it.
  struct Layer {
    std::string name;
    std::string parts;
  };
  std::vector<Layer> layers;

  [[nodiscard]] static ProjectFacts of(const Project& project, const Glossary& glossary, Language language);
};

}  // namespace ctm
