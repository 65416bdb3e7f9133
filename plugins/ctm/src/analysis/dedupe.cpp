#include "analysis/dedupe.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "text/normalise.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

bool same_call(const Opportunity& a, const Opportunity& b) {
  if (!a.official_code.empty() && !b.official_code.empty()) {
    return text::fold(a.official_code) == text::fold(b.official_code);
  }
  // Why deep links only: a funder's front page is shared by all its calls.
  if (text::is_deep_link(a.opportunity_url) &&
      text::normalise_url(a.opportunity_url) == text::normalise_url(b.opportunity_url)) {
    return true;
  }
  return text::fold(a.title) == text::fold(b.title);
}

std::size_t knowledge_of(const Opportunity& call) {
  return (call.application_deadline.empty() ? 0U : 100U) + (call.status == CallStatus::kUnknown ? 0U : 20U) +
         call.evidence.size();
}

}  // namespace

std::vector<Candidate> without_duplicates(std::vector<Candidate> candidates) {
  std::vector<Candidate> kept;
  for (Candidate& candidate : candidates) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&candidate](const Candidate& other) {
      return same_call(candidate.opportunity, other.opportunity);
    });
    if (same == kept.end()) {
      kept.push_back(std::move(candidate));
    } else if (knowledge_of(candidate.opportunity) > knowledge_of(same->opportunity)) {
      *same = std::move(candidate);
    }
  }
  return kept;
}

std::vector<SearchHit> without_duplicates(std::vector<SearchHit> hits) {
  std::vector<SearchHit> kept;
  std::unordered_set<std::string> seen;
  for (SearchHit& hit : hits) {
    if (seen.insert(text::normalise_url(hit.url)).second) kept.push_back(std::move(hit));
  }
  return kept;
}

std::vector<Paper> without_duplicates(std::vector<Paper> papers) {
  std::vector<Paper> kept;
  std::unordered_set<std::string> seen;
  for (Paper& paper : papers) {
    const bool new_doi = paper.doi.empty() || seen.insert("doi " + text::fold(paper.doi)).second;
    const bool new_title = seen.insert("title " + text::fold(paper.title)).second;
    if (new_doi && new_title) kept.push_back(std::move(paper));
  }
  return kept;
}

}  // namespace ctm
