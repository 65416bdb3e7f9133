// Library: all that the agent knows without a network: programmes, papers, words. Indexes are built when
// first asked. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "catalogue/glossary.hpp"
#include "catalogue/programme.hpp"
#include "catalogue/search_index.hpp"
#include "domain/paper.hpp"

namespace ctm {

struct BundledPaper {
  Paper paper;  // content and lesson empty: they depend on the language
  Bilingual summary, lesson;
  std::vector<std::string> keywords;

  [[nodiscard]] Paper in(Language language) const;
};

class Library {
 public:
  // Reads the bundled data; throws agent::Error when it is broken, which a test rules out.
  Library();

  [[nodiscard]] const Glossary& glossary() const { return glossary_; }
  [[nodiscard]] const std::vector<Programme>& programmes() const { return programmes_; }
  [[nodiscard]] const std::vector<BundledPaper>& papers() const { return papers_; }

  // Best first.
  [[nodiscard]] std::vector<const Programme*> find_programmes(std::string_view query,
                                                              std::size_t limit) const;
  [[nodiscard]] std::vector<const BundledPaper*> find_papers(std::string_view query, std::size_t limit) const;
  // The query with both languages' words for its concepts before it.
  [[nodiscard]] std::string expand(std::string_view query) const;

 private:
  // Constant after construction
  Glossary glossary_;
  std::vector<Programme> programmes_;
  std::vector<BundledPaper> papers_;

  mutable std::once_flag programmes_once_, papers_once_;
  // Written once, under the flags above
  mutable std::unique_ptr<SearchIndex> programme_index_, paper_index_;
};

}  // namespace ctm
