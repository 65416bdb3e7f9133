// Dossier: all that a report or an answer may state: the project, the calls, the papers, and the number each
// is cited by. Immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <vector>

#include "domain/language.hpp"
#include "domain/opportunity.hpp"
#include "domain/paper.hpp"
#include "domain/project.hpp"

namespace ctm {

struct Dossier {
  Project project;
  std::vector<Opportunity> calls;  // the chosen ones; cited as [1]..[n]
  std::vector<Paper> papers;       // cited as [n+1]..
  std::vector<Opportunity> found;  // all that were found
  std::string today;
  Language language = Language::kSpanish;
  bool offline = false;  // no language model and no live source answered

  [[nodiscard]] static Dossier from_state(const agent::Json& state, std::string today, Language language);

  [[nodiscard]] std::string cite_call(std::size_t at) const;
  [[nodiscard]] std::string cite_paper(std::size_t at) const;
  [[nodiscard]] std::size_t citations() const { return calls.size() + papers.size(); }
  // The list of references, numbered, in Markdown.
  [[nodiscard]] std::string references() const;
};

// The text without markers such as [9] that cite nothing.
[[nodiscard]] std::string without_false_citations(const std::string& markdown, std::size_t citations);

}  // namespace ctm
