#include "sources/brave.hpp"

#include "domain/json_fields.hpp"
#include "sources/web_results.hpp"
#include "text/url.hpp"

namespace ctm {

std::vector<agent::HttpRequest> Brave::requests(const std::vector<SearchIdea>& ideas) const {
  std::vector<agent::HttpRequest> requests;
  for (const std::string& query : queries_of(ideas)) {
    requests.push_back({.service = service(),
                        .url = "/res/v1/web/search?q=" + text::percent_encode(query) +
                               "&count=" + std::to_string(results_per_query_),
                        .headers = {{"accept", "application/json"}}});
  }
  return requests;
}

FundingAnswer Brave::parse(std::string_view body) const {
  const agent::Json answer = agent::Json::parse(body, nullptr, false);
  if (answer.is_discarded()) return {{}, {}, "the answer is no JSON"};
  // Why this is no problem: Brave leaves `web` out when it found nothing.
  if (answer.is_object() && answer.contains("type") && !answer.contains("web")) return {};
  return read_web_results(field(field(answer, "web"), "results"), "description", name());
}

}  // namespace ctm
