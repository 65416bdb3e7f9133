// Feed: any RSS 2.0 or Atom feed of calls (MinCiencias, NSF, ...), from the list `feeds` of the plugin's
// config. Immutable.
#pragma once

#include <utility>

#include "domain/settings.hpp"
#include "sources/source.hpp"

namespace ctm {

class Feed : public FundingSource {
 public:
  explicit Feed(FeedSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::string name() const override { return settings_.name; }
  [[nodiscard]] std::string service() const override { return settings_.service; }
  [[nodiscard]] std::vector<agent::HttpRequest> requests(const std::vector<SearchIdea>& ideas) const override;
  [[nodiscard]] FundingAnswer parse(std::string_view body) const override;

 private:
  FeedSettings settings_;
};

}  // namespace ctm
