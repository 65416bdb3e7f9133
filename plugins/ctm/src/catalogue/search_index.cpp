#include "catalogue/search_index.hpp"

#include <sqlite3.h>
#include <agenthost/sdk/error.hpp>
#include <set>

#include "text/key_terms.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

[[noreturn]] void fail(sqlite3* database, const char* what) {
  throw agent::Error(agent::Code::kInternal,
                     std::string("the catalogue's index: ") + what + ": " +
                         (database != nullptr ? sqlite3_errmsg(database) : "no memory"));
}

Statement prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &raw, nullptr) != SQLITE_OK) fail(database, sql);
  return Statement(raw);
}

void bind_text(sqlite3* database, const Statement& statement, int at, const std::string& value) {
  const int done =
      sqlite3_bind_text(statement.get(), at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  if (done != SQLITE_OK) fail(database, "bind");
}

// Roots joined by OR, each quoted: nothing in a project's text can become FTS5 syntax.
std::string match_expression(std::string_view query) {
  constexpr std::size_t kMostTerms = 160;
  std::string expression;
  std::set<std::string> seen;
  for (const std::string& word : text::words(query)) {
    if (word.size() < 2 || text::is_stop_word(word)) continue;
    std::string root = text::stem(word);
    if (seen.size() == kMostTerms || !seen.insert(root).second) continue;
    expression.append(expression.empty() ? "\"" : " OR \"").append(root).append("\"");
  }
  return expression;
}

}  // namespace

void SearchIndex::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

SearchIndex::SearchIndex(const std::vector<IndexedDocument>& documents) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(
      ":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(raw);
  if (opened != SQLITE_OK) fail(raw, "open");
  // Why ascii: the texts are indexed as roots made by text::stems, which is also what queries are made of.
  const char* create = "CREATE VIRTUAL TABLE documents USING fts5(title, keywords, body, tokenize='ascii')";
  if (sqlite3_exec(raw, create, nullptr, nullptr, nullptr) != SQLITE_OK) fail(raw, "create");
  const Statement insert =
      prepare(raw, "INSERT INTO documents(rowid, title, keywords, body) VALUES(?1, ?2, ?3, ?4)");
  for (std::size_t at = 0; at < documents.size(); ++at) {
    sqlite3_reset(insert.get());
    sqlite3_bind_int64(insert.get(), 1, static_cast<sqlite3_int64>(at));
    bind_text(raw, insert, 2, text::stem_line(documents[at].title));
    bind_text(raw, insert, 3, text::stem_line(documents[at].keywords));
    bind_text(raw, insert, 4, text::stem_line(documents[at].body));
    if (sqlite3_step(insert.get()) != SQLITE_DONE) fail(raw, "insert");
  }
}

std::vector<std::size_t> SearchIndex::find(std::string_view query, std::size_t limit) const {
  const std::string expression = match_expression(query);
  std::vector<std::size_t> found;
  if (expression.empty()) return found;
  const std::lock_guard lock(mutex_);
  const Statement select = prepare(database_.get(),
                                   "SELECT rowid FROM documents WHERE documents MATCH ?1 "
                                   "ORDER BY bm25(documents, 2.0, 4.0, 1.0), rowid LIMIT ?2");
  bind_text(database_.get(), select, 1, expression);
  sqlite3_bind_int64(select.get(), 2, static_cast<sqlite3_int64>(limit));
  while (sqlite3_step(select.get()) == SQLITE_ROW) {
    found.push_back(static_cast<std::size_t>(sqlite3_column_int64(select.get(), 0)));
  }
  return found;
}

}  // namespace ctm
