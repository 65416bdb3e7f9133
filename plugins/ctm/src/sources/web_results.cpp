#include "sources/web_results.hpp"

#include "domain/json_fields.hpp"
#include "text/normalise.hpp"
#include "text/url.hpp"

namespace ctm {

FundingAnswer read_web_results(const agent::Json& list, std::string_view text_key,
                               const std::string& source) {
  FundingAnswer answer;
  if (!list.is_array()) {
    answer.problem = "the answer has no list of results";
    return answer;
  }
  for (const agent::Json& entry : list) {
    SearchHit hit{text::strip_markup(text_field(entry, "title")),
                  text_field(entry, "url"),
                  text::strip_markup(text_field(entry, text_key)),
                  {},
                  source};
    if (hit.title.empty() || !text::is_web_url(hit.url)) continue;
    answer.hits.push_back(std::move(hit));
  }
  return answer;
}

std::vector<std::string> queries_of(const std::vector<SearchIdea>& ideas) {
  std::vector<std::string> queries;
  for (const SearchIdea& idea : ideas) {
    if (!idea.international.empty()) queries.push_back(idea.international);
    if (!idea.national.empty()) queries.push_back(idea.national);
  }
  return queries;
}

}  // namespace ctm
