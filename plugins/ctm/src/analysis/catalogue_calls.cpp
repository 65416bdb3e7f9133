#include "analysis/catalogue_calls.hpp"

#include "messages/texts.hpp"

namespace ctm {

Candidate candidate_of(const Programme& programme, Language language) {
  const Texts& say = texts(language);
  Candidate candidate;
  candidate.access = programme.access;
  candidate.for_any_topic = programme.for_any_topic;
  candidate.financing_kind = programme.financing;
  candidate.months = programme.months;
  for (const std::string& word : programme.keywords) candidate.topic_text.append(word).append(". ");

  Opportunity& call = candidate.opportunity;
  call.id = programme.id;
  call.title = programme.name;
  call.origin = programme.organisation;
  call.description = programme.funds.in(language);
  call.financing_type = financing_name(programme.financing, language);
  call.main_requirements = {programme.applicants.in(language)};
  call.opportunity_url = programme.url;
  call.eligibility = programme.applicants.in(language);
  call.date_checked = programme.date_checked;
  call.source = kCatalogueSource;
  call.evidence.push_back(
      {"description", programme.funds.in(language), programme.url, std::string(say.not_verified)});
  return candidate;
}

std::vector<Candidate> catalogue_calls(const Library& library, const Project& project, Language language,
                                       std::size_t limit) {
  std::vector<Candidate> candidates;
  for (const Programme* programme : library.find_programmes(library.expand(project.text()), limit)) {
    candidates.push_back(candidate_of(*programme, language));
  }
  return candidates;
}

}  // namespace ctm
