// arXiv: GET /api/query, Atom entries with title, summary, authors, published and perhaps arxiv:doi.
// Immutable.
#pragma once

#include "sources/source.hpp"

namespace ctm {

class Arxiv : public PaperSource {
 public:
  [[nodiscard]] std::string name() const override { return "Arxiv"; }
  [[nodiscard]] std::string service() const override { return "arxiv"; }
  [[nodiscard]] agent::HttpRequest request(const std::string& query, int limit) const override;
  [[nodiscard]] PaperAnswer parse(std::string_view body) const override;
};

}  // namespace ctm
