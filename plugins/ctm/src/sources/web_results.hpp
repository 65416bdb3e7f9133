// What web search engines have in common: a list of objects with a title, a link and some text. Immutable.
#pragma once

#include <string_view>

#include "sources/source.hpp"

namespace ctm {

// Reads the list into hits; entries without title or web link are left out. A list that is none is the
// answer's problem.
[[nodiscard]] FundingAnswer read_web_results(const agent::Json& list, std::string_view text_key,
                                             const std::string& source);
[[nodiscard]] std::vector<std::string> queries_of(const std::vector<SearchIdea>& ideas);

}  // namespace ctm
