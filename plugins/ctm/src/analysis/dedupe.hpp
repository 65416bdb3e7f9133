// One opportunity once, one paper once, whoever found it. Pure functions, immutable.
#pragma once

#include <vector>

#include "analysis/candidate.hpp"
#include "domain/paper.hpp"
#include "sources/source.hpp"

namespace ctm {

// By official code, else URL, else title; the one that knows more (a deadline, more evidence) stays, at the
// first's place.
[[nodiscard]] std::vector<Candidate> without_duplicates(std::vector<Candidate> candidates);
// By URL.
[[nodiscard]] std::vector<SearchHit> without_duplicates(std::vector<SearchHit> hits);
// By DOI, else lower-case title.
[[nodiscard]] std::vector<Paper> without_duplicates(std::vector<Paper> papers);

}  // namespace ctm
