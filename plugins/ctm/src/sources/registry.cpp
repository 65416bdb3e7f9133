#include "sources/registry.hpp"

#include "sources/arxiv.hpp"
#include "sources/brave.hpp"
#include "sources/feed.hpp"
#include "sources/semantic_scholar.hpp"
#include "sources/tavily.hpp"

namespace ctm {

std::vector<std::unique_ptr<const FundingSource>> funding_sources(const Settings& settings) {
  std::vector<std::unique_ptr<const FundingSource>> all;
  all.push_back(std::make_unique<Tavily>(settings.results_per_query));
  all.push_back(std::make_unique<Brave>(settings.results_per_query));
  for (const FeedSettings& feed : settings.feeds) all.push_back(std::make_unique<Feed>(feed));
  return all;
}

std::vector<std::unique_ptr<const PaperSource>> paper_sources() {
  std::vector<std::unique_ptr<const PaperSource>> all;
  all.push_back(std::make_unique<Arxiv>());
  all.push_back(std::make_unique<SemanticScholar>());
  return all;
}

}  // namespace ctm
