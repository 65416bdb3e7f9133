// Analyst: one configured CTM agent: its settings, what it knows, whom it can ask. Shared by all runs;
// immutable, so thread-safe.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <memory>
#include <vector>

#include "catalogue/library.hpp"
#include "domain/settings.hpp"
#include "sources/registry.hpp"

namespace ctm {

struct Analyst {
  // Throws agent::Error(kInvalid) when the config is wrong.
  explicit Analyst(const agent::Json& config)
      : settings(Settings::from(config)), funding(funding_sources(settings)), literature(paper_sources()) {}

  const Settings settings;
  const Library library;
  const std::vector<std::unique_ptr<const FundingSource>> funding;
  const std::vector<std::unique_ptr<const PaperSource>> literature;
};

}  // namespace ctm
