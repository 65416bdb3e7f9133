// Which sources there are: the one place to add another. Immutable.
#pragma once

#include <memory>
#include <vector>

#include "domain/settings.hpp"
#include "sources/source.hpp"

namespace ctm {

[[nodiscard]] std::vector<std::unique_ptr<const FundingSource>> funding_sources(const Settings& settings);
[[nodiscard]] std::vector<std::unique_ptr<const PaperSource>> paper_sources();

}  // namespace ctm
