// SearchIndex: full-text search with BM25 over a few hundred short documents, in memory (SQLite FTS5).
// Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace ctm {

struct IndexedDocument {
  std::string title, keywords, body;
};

class SearchIndex {
 public:
  // Throws agent::Error when SQLite cannot do it (no FTS5).
  explicit SearchIndex(const std::vector<IndexedDocument>& documents);

  // Positions of the documents that share a word with the query, best first; at most `limit`.
  [[nodiscard]] std::vector<std::size_t> find(std::string_view query, std::size_t limit) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  mutable std::mutex mutex_;  // one statement at a time on the connection
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace ctm
