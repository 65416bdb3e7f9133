// Fit: how well an opportunity serves a project, from shared topics and terms, eligibility, status and kind
// of money. The same input gives the same order. Pure functions, immutable.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/candidate.hpp"
#include "analysis/profile.hpp"
#include "domain/language.hpp"

namespace ctm {

// With at least one reason for people.
[[nodiscard]] Fit fit_of(const Candidate& candidate, const ProjectProfile& profile, Language language);

// How much a text is about the project, 0..1: for choosing what is worth reading.
[[nodiscard]] double topic_overlap(const std::string& text, const ProjectProfile& profile);

// Best first; ties by title, then id.
void sort_by_fit(std::vector<Opportunity>& calls);
// Fills in the fits, drops what shares no topic, best first, at most `limit`.
[[nodiscard]] std::vector<Opportunity> ranked(std::vector<Candidate> candidates,
                                              const ProjectProfile& profile, Language language,
                                              std::size_t limit);

}  // namespace ctm
