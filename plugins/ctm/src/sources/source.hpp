// The seam to the outside world: what a source is asked and what its answer means. Asking itself is done by
// whoever holds a host (see nodes/gather.hpp), so that every source is two pure functions and is tested
// without a network. Implementations are immutable.
//
// A new source of calls is a FundingSource, a new source of literature a PaperSource; both are listed in
// registry.cpp.
#pragma once

#include <agenthost/sdk/http.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "domain/opportunity.hpp"
#include "domain/paper.hpp"

namespace ctm {

// One thing to look for, in the two worlds it may be found in.
struct SearchIdea {
  std::string international;  // English
  std::string national;       // Spanish, Colombia
};

// A page that may be a call, before anybody judged it.
struct SearchHit {
  std::string title, url, text;
  std::string published;  // YYYY-MM-DD or empty
  std::string source;
};

// What an answer held. `problem` says in one line why it could not be read; empty = it could.
struct FundingAnswer {
  std::vector<SearchHit> hits;             // to be classified
  std::vector<Opportunity> opportunities;  // from sources that publish calls as data
  std::string problem;
};

struct PaperAnswer {
  std::vector<Paper> papers;
  std::string problem;
};

struct FundingSource {
  virtual ~FundingSource() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // The host service it needs; empty = an absolute URL.
  [[nodiscard]] virtual std::string service() const = 0;
  [[nodiscard]] virtual std::vector<agent::HttpRequest> requests(
      const std::vector<SearchIdea>& ideas) const = 0;
  [[nodiscard]] virtual FundingAnswer parse(std::string_view body) const = 0;
};

struct PaperSource {
  virtual ~PaperSource() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string service() const = 0;
  [[nodiscard]] virtual agent::HttpRequest request(const std::string& query, int limit) const = 0;
  [[nodiscard]] virtual PaperAnswer parse(std::string_view body) const = 0;
};

}  // namespace ctm
