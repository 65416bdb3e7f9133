// What searches share: the words of a filter made into SQL, and one page of rows with the number of all
// matches. Strand-bound, like the connection.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::storage {

// " ORDER BY column dir, id_column dir". kInvalid, with the choice, when sort_by is not one of columns.
[[nodiscard]] Result<std::string> order_by(std::string_view sort_by, Order order,
                                           std::initializer_list<std::string_view> columns,
                                           std::string_view id_column);

// Adds the containment test on the column `metadata`. kInvalid when the pattern is not a JSON object.
[[nodiscard]] Status add_metadata_filter(Clauses& filter, const std::string& pattern);

template <class Row>
struct Search {
  std::string table;
  std::string columns;
  std::string order;  // from order_by
  Row (*row)(const Query&);
};

template <class Row>
Found<Row> run_search(Connection& connection, const Search<Row>& search, const Clauses& filter, Page page) {
  Found<Row> found;
  const auto from = " FROM " + search.table + filter.where();
  Query count(connection, "SELECT count(*)" + from);
  filter.bind(count);
  count.next();
  found.total = static_cast<int>(count.integer(0));

  Query rows(connection, "SELECT " + search.columns + from + search.order + " LIMIT ? OFFSET ?");
  filter.bind(rows);
  // SQLite reads a negative limit as none.
  rows.bind(std::max(page.limit, 0), std::max(page.offset, 0));
  while (rows.next()) found.rows.push_back(search.row(rows));
  return found;
}

}  // namespace agenthost::storage
