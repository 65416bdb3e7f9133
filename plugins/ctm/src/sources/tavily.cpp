#include "sources/tavily.hpp"

#include "domain/json_fields.hpp"
#include "sources/web_results.hpp"

namespace ctm {

std::vector<agent::HttpRequest> Tavily::requests(const std::vector<SearchIdea>& ideas) const {
  std::vector<agent::HttpRequest> requests;
  for (const std::string& query : queries_of(ideas)) {
    const agent::Json body{{"query", query},
                           {"search_depth", "advanced"},
                           {"max_results", results_per_query_},
                           {"include_answer", false},
                           {"include_raw_content", false}};
    requests.push_back({.service = service(),
                        .method = "POST",
                        .url = "/search",
                        .headers = {{"content-type", "application/json"}},
                        .body = agent::to_text(body)});
  }
  return requests;
}

FundingAnswer Tavily::parse(std::string_view body) const {
  const agent::Json answer = agent::Json::parse(body, nullptr, false);
  if (answer.is_discarded()) return {{}, {}, "the answer is no JSON"};
  return read_web_results(field(answer, "results"), "content", name());
}

}  // namespace ctm
