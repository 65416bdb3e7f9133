#include "analysis/profile.hpp"

namespace ctm {

ProjectProfile ProjectProfile::of(const Project& project, const Glossary& glossary) {
  constexpr std::size_t kTerms = 24;
  // Why twice: what the title says weighs more than one sentence of the description.
  const std::string weighted = project.title + "\n" + project.title + "\n" + project.text();
  return {glossary.concepts_in(weighted), text::key_terms(weighted, kTerms)};
}

}  // namespace ctm
