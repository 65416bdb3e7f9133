// Brave: web search. GET /res/v1/web/search, web.results[]{title,url,description}; the host adds the key.
// Immutable.
#pragma once

#include "sources/source.hpp"

namespace ctm {

class Brave : public FundingSource {
 public:
  explicit Brave(int results_per_query) : results_per_query_(results_per_query) {}

  [[nodiscard]] std::string name() const override { return "brave"; }
  [[nodiscard]] std::string service() const override { return "brave"; }
  [[nodiscard]] std::vector<agent::HttpRequest> requests(const std::vector<SearchIdea>& ideas) const override;
  [[nodiscard]] FundingAnswer parse(std::string_view body) const override;

 private:
  int results_per_query_;
};

}  // namespace ctm
