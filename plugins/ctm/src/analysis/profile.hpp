// ProjectProfile: a project as ranking and searching see it: its concepts and its key terms. Immutable.
#pragma once

#include <string>
#include <vector>

#include "catalogue/glossary.hpp"
#include "domain/project.hpp"
#include "text/key_terms.hpp"

namespace ctm {

struct ProjectProfile {
  std::vector<const Concept*> concepts;  // owned by the glossary, which lives as long as the agent
  std::vector<text::Term> terms;

  [[nodiscard]] static ProjectProfile of(const Project& project, const Glossary& glossary);
};

}  // namespace ctm
