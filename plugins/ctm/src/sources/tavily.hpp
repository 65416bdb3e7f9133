// Tavily: web search. POST /search, results[]{title,url,content,score}; the host adds the key. Immutable.
#pragma once

#include "sources/source.hpp"

namespace ctm {

class Tavily : public FundingSource {
 public:
  explicit Tavily(int results_per_query) : results_per_query_(results_per_query) {}

  [[nodiscard]] std::string name() const override { return "tavily"; }
  [[nodiscard]] std::string service() const override { return "tavily"; }
  [[nodiscard]] std::vector<agent::HttpRequest> requests(const std::vector<SearchIdea>& ideas) const override;
  [[nodiscard]] FundingAnswer parse(std::string_view body) const override;

 private:
  int results_per_query_;
};

}  // namespace ctm
