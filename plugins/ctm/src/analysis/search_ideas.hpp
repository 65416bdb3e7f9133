// What to search for: from a language model, or from the project's concepts by rule. Pure functions,
// immutable.
#pragma once

#include <agenthost/sdk/llm.hpp>
#include <string>
#include <vector>

#include "analysis/profile.hpp"
#include "domain/project.hpp"
#include "sources/source.hpp"

namespace ctm {

inline constexpr std::size_t kSearchIdeas = 5;
inline constexpr std::size_t kPaperQueries = 3;

// Five ideas, each in both worlds; today's year keeps old calls away.
[[nodiscard]] std::vector<SearchIdea> ideas_by_rule(const ProjectProfile& profile, const std::string& today);
[[nodiscard]] agent::LlmRequest ideas_request(const Project& project, const std::string& today);
// Fewer than five when the model gave fewer; empty when it gave nothing usable.
[[nodiscard]] std::vector<SearchIdea> ideas_from(const agent::Json& answer);

// Three technical English queries.
[[nodiscard]] std::vector<std::string> paper_queries_by_rule(const ProjectProfile& profile);
[[nodiscard]] agent::LlmRequest paper_queries_request(const Project& project,
                                                      const std::vector<Opportunity>& selected);
[[nodiscard]] std::vector<std::string> paper_queries_from(const agent::Json& answer);

}  // namespace ctm
