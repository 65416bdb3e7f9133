// Wording: the fixed sentences of the report that is written without a language model. Immutable.
#pragma once

#include <array>
#include <string_view>

#include "domain/language.hpp"

namespace ctm {

struct Wording {
  std::string_view title, offline, live, summary, calls, no_calls, recommendations, no_papers, proposal,
      vision, vision_text, objectives, objective_goal, objective_evidence, objective_transfer, architecture,
      no_layers, innovations, innovation_layers, innovation_paper, benefits, benefit_figures, benefit_none,
      fit, fit_line, roadmap, references, limits, limits_text, need, check_call, measure_figures,
      measure_none, alliance, evidence_from;
  std::array<std::string_view, 4> phases;
};

[[nodiscard]] const Wording& wording(Language language);

}  // namespace ctm
