// Settings: the `config:` of plugin.yaml, checked once. Immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <vector>

#include "domain/language.hpp"

namespace ctm {

struct FeedSettings {
  std::string name;
  std::string url;      // absolute, or a path below the service's base_url
  std::string service;  // may be empty: then url is absolute
};

struct Settings {
  Language language = Language::kSpanish;
  std::vector<FeedSettings> feeds;
  std::string documents_directory;  // empty: no documents are read
  int results_per_query = 5;        // of each web search
  int max_hits = 120;               // kept from all sources together
  int max_classified = 24;          // hits that a language model reads
  int llm_concurrency = 4;
  int max_opportunities = 12;
  int min_live_opportunities = 5;  // with fewer, the catalogue fills up
  int papers_per_query = 5;
  int max_papers = 8;

  // Throws agent::Error(kInvalid) that names the key and what it may be.
  [[nodiscard]] static Settings from(const agent::Json& config);
};

}  // namespace ctm
