// From a page to the calls it announces: by a language model whose every fact must stand on the page, or by
// rule. Pure functions, immutable.
#pragma once

#include <agenthost/sdk/llm.hpp>
#include <string>
#include <vector>

#include "analysis/candidate.hpp"
#include "domain/language.hpp"
#include "domain/project.hpp"
#include "sources/source.hpp"

namespace ctm {

enum class HitKind { kDirectOpportunity, kFundingPortal, kPotentialFunder, kNotRelevant };

[[nodiscard]] std::string to_string(HitKind kind);

// When and for whom a page is read.
struct ReadingContext {
  std::string today;         // YYYY-MM-DD
  std::string retrieved_at;  // the same, or finer
  Language language = Language::kSpanish;
};

struct HitReading {
  HitKind kind = HitKind::kNotRelevant;
  std::vector<Candidate> candidates;
};

[[nodiscard]] HitReading read_by_rule(const SearchHit& hit, const ReadingContext& context);

[[nodiscard]] agent::LlmRequest reading_request(const SearchHit& hit, const Project& project,
                                                const ReadingContext& context);
// What the model says and the page proves: a deadline or amount whose quote is not on the page is dropped,
// and a link that is neither the page's nor on the page is replaced by the page's.
[[nodiscard]] HitReading reading_from(const agent::Json& answer, const SearchHit& hit,
                                      const ReadingContext& context);

// Closes after today, or says that it is open or about to open.
[[nodiscard]] bool is_current(const Opportunity& call, const std::string& today);

}  // namespace ctm
