// Asking the outside world: all sources at once, a language model a few pages at a time. Whoever fails costs
// only itself; only a cancelled run throws. Strand-bound, as all coroutines of a node.
#pragma once

#include <agenthost/sdk/context.hpp>
#include <agenthost/sdk/task.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analyst.hpp"
#include "domain/source_health.hpp"
#include "sources/source.hpp"

namespace ctm {

struct FundingFindings {
  std::vector<SearchHit> hits;
  std::vector<Opportunity> opportunities;
  std::vector<SourceHealth> health;  // one per source, also of those that are off
  [[nodiscard]] bool any_asked() const;
};
[[nodiscard]] agent::Task<FundingFindings> ask_funding_sources(const Analyst& analyst,
                                                               std::vector<SearchIdea> ideas,
                                                               agent::Context ctx,
                                                               std::string progress_message);

struct PaperFindings {
  std::vector<Paper> papers;
  std::vector<SourceHealth> health;
};
[[nodiscard]] agent::Task<PaperFindings> ask_paper_sources(const Analyst& analyst,
                                                           std::vector<std::string> queries,
                                                           agent::Context ctx);

// The parsed answer, or nothing: then `health` says why. `health` outlives the task. Name the request first:
// gcc 12 copies aggregates made inside a co_await expression bit by bit.
[[nodiscard]] agent::Task<std::optional<agent::Json>> ask_model(agent::Context ctx, agent::LlmRequest request,
                                                                SourceHealth& health);

// Cancelled, or out of time: what a source's failure must not hide.
void rethrow_if_stopping(const agent::Context& ctx);

}  // namespace ctm
