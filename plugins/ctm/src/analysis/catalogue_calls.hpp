// The bundled catalogue as a source of candidates: programmes that exist, without dates. Thread-safe.
#pragma once

#include <vector>

#include "analysis/candidate.hpp"
#include "catalogue/library.hpp"
#include "domain/language.hpp"
#include "domain/project.hpp"

namespace ctm {

inline constexpr const char* kCatalogueSource = "catalogue";

// Those that share words with the project, best first, at most `limit`; status unknown, deadline empty.
[[nodiscard]] std::vector<Candidate> catalogue_calls(const Library& library, const Project& project,
                                                     Language language, std::size_t limit);
[[nodiscard]] Candidate candidate_of(const Programme& programme, Language language);

}  // namespace ctm
