#include "analysis/fit.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "messages/texts.hpp"
#include "text/normalise.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

// What each part contributes to the score; together 1.
constexpr double kTopicShare = 0.5;
constexpr double kEligibilityShare = 0.2;
constexpr double kStatusShare = 0.1;
constexpr double kMoneyShare = 0.1;
constexpr double kLinkShare = 0.1;
// Sharing this much already counts as full overlap: a call names a few topics, a project many.
constexpr double kEnoughConcepts = 3.0;
constexpr double kEnoughTerms = 6.0;

struct Overlap {
  std::vector<const Concept*> concepts;
  std::vector<const text::Term*> terms;
  double score = 0;
};

Overlap overlap_of(const std::string& text, const ProjectProfile& profile) {
  const std::string line = text::stem_line(text);
  Overlap overlap;
  double possible = 0;
  double shared = 0;
  for (const Concept* entry : profile.concepts) {
    possible += entry->weight;
    if (entry->mentions_in(line) <= 0) continue;
    shared += entry->weight;
    overlap.concepts.push_back(entry);
  }
  for (const text::Term& term : profile.terms) {
    if (line.find(" " + term.root + " ") != std::string::npos) overlap.terms.push_back(&term);
  }
  const double concepts = possible > 0 ? std::min(1.0, shared / std::min(possible, kEnoughConcepts)) : 0;
  const double terms = std::min(1.0, static_cast<double>(overlap.terms.size()) / kEnoughTerms);
  overlap.score = 0.7 * concepts + 0.3 * terms;
  return overlap;
}

double eligibility_of(ColombiaAccess access) {
  switch (access) {
    case ColombiaAccess::kYes:
      return 1;
    case ColombiaAccess::kAsPartner:
      return 0.5;
    case ColombiaAccess::kToBeChecked:
      break;
  }
  return 0.4;
}

double money_of(const std::string& kind) {
  if (kind == "grant" || kind == "mixed" || kind == "equity-free") return 1;
  if (kind == "prize" || kind == "loan" || kind == "equity") return 0.7;
  if (kind == "scholarship" || kind == "portal") return 0;
  return kind.empty() ? 0.5 : 0.4;
}

// A front page leaves the search to the user.
double link_of(const Opportunity& opportunity) {
  return text::is_deep_link(opportunity.opportunity_url) ? 1 : 0;
}

double certainty_of(const Opportunity& opportunity) {
  if (!opportunity.application_deadline.empty()) return 1;
  return opportunity.status == CallStatus::kUnknown ? 0.3 : 0.8;
}

std::string text_of(const Candidate& candidate) {
  const Opportunity& call = candidate.opportunity;
  std::string all = call.title + " " + call.origin + " " + call.description + " " + call.eligibility;
  for (const std::string& requirement : call.main_requirements) all.append(" ").append(requirement);
  return all + " " + candidate.topic_text;
}

template <class Items, class Word>
std::string first_words(const Items& items, std::size_t most, Word word) {
  std::string line;
  for (std::size_t at = 0; at < items.size() && at < most; ++at)
    line.append(at == 0 ? "" : ", ").append(word(items[at]));
  return line;
}

std::vector<std::string> reasons_of(const Candidate& candidate, const Overlap& overlap, Language language) {
  const Texts& say = texts(language);
  std::vector<std::string> reasons;
  if (!overlap.concepts.empty()) {
    const auto name = [language](const Concept* entry) {
      return (language == Language::kEnglish ? entry->en : entry->es).front();
    };
    reasons.push_back(fill(say.shares_concepts, {first_words(overlap.concepts, 4, name)}));
  } else if (!overlap.terms.empty()) {
    const auto name = [](const text::Term* term) { return term->word; };
    reasons.push_back(fill(say.shares_terms, {first_words(overlap.terms, 5, name)}));
  }
  if (candidate.for_any_topic) reasons.emplace_back(say.any_technology);
  switch (candidate.access) {
    case ColombiaAccess::kYes:
      reasons.emplace_back(say.open_to_colombia);
      break;
    case ColombiaAccess::kAsPartner:
      reasons.emplace_back(say.colombia_as_partner);
      break;
    case ColombiaAccess::kToBeChecked:
      reasons.emplace_back(say.colombia_to_check);
      break;
  }
  const Opportunity& call = candidate.opportunity;
  if (!call.application_deadline.empty()) {
    reasons.push_back(fill(say.deadline_known, {call.application_deadline}));
  } else if (!candidate.months.empty()) {
    const auto name = [language](int month) { return month_name(month, language); };
    reasons.push_back(fill(say.usual_months, {first_words(candidate.months, 12, name)}));
  } else {
    reasons.emplace_back(say.deadline_unknown);
  }
  if (link_of(call) == 0) reasons.emplace_back(say.front_page_only);
  return reasons;
}

}  // namespace

Fit fit_of(const Candidate& candidate, const ProjectProfile& profile, Language language) {
  const Overlap overlap = overlap_of(text_of(candidate), profile);
  const double score = kTopicShare * overlap.score + kEligibilityShare * eligibility_of(candidate.access) +
                       kStatusShare * certainty_of(candidate.opportunity) +
                       kMoneyShare * money_of(candidate.financing_kind) +
                       kLinkShare * link_of(candidate.opportunity);
  return {std::round(score * 100) / 100, reasons_of(candidate, overlap, language)};
}

double topic_overlap(const std::string& text, const ProjectProfile& profile) {
  return overlap_of(text, profile).score;
}

void sort_by_fit(std::vector<Opportunity>& calls) {
  std::sort(calls.begin(), calls.end(), [](const Opportunity& a, const Opportunity& b) {
    return std::tuple(-a.fit.score, a.title, a.id) < std::tuple(-b.fit.score, b.title, b.id);
  });
}

std::vector<Opportunity> ranked(std::vector<Candidate> candidates, const ProjectProfile& profile,
                                Language language, std::size_t limit) {
  std::vector<Opportunity> list;
  for (Candidate& candidate : candidates) {
    if (topic_overlap(text_of(candidate), profile) <= 0 && !candidate.for_any_topic) continue;
    candidate.opportunity.fit = fit_of(candidate, profile, language);
    list.push_back(std::move(candidate.opportunity));
  }
  sort_by_fit(list);
  if (list.size() > limit) list.resize(limit);
  return list;
}

}  // namespace ctm
