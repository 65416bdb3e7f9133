// Semantic Scholar: GET /graph/v1/paper/search,
// data[]{title,abstract,year,authors,citationCount,externalIds,...}. Immutable.
#pragma once

#include "sources/source.hpp"

namespace ctm {

class SemanticScholar : public PaperSource {
 public:
  [[nodiscard]] std::string name() const override { return "Semantic Scholar"; }
  [[nodiscard]] std::string service() const override { return "semantic_scholar"; }
  [[nodiscard]] agent::HttpRequest request(const std::string& query, int limit) const override;
  [[nodiscard]] PaperAnswer parse(std::string_view body) const override;
};

}  // namespace ctm
