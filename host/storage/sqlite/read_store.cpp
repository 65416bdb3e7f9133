#include <algorithm>

#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/sqlite/namespace_text.hpp"
#include "host/storage/sqlite/reads.hpp"

namespace agenthost::storage {
namespace {

constexpr std::string_view kAnyLabel = "*";
constexpr const char* kItemColumns = "namespace, key, value, created_at, updated_at, ttl IS NOT NULL";

models::StoreItem item_row(const Query& query) {
  return {split_labels(query.text(0)), query.text(1), query.text(2), query.integer(3), query.integer(4),
          query.integer(5) != 0};
}

bool label_fits(const std::string& label, const std::string& pattern) {
  return pattern == kAnyLabel || pattern == label;
}

bool fits(const models::Namespace& labels, const NamespaceFilter& filter) {
  if (labels.size() < std::max(filter.prefix.size(), filter.suffix.size())) return false;
  return std::equal(filter.prefix.begin(), filter.prefix.end(), labels.begin(),
                    [](const auto& pattern, const auto& label) { return label_fits(label, pattern); }) &&
         std::equal(filter.suffix.rbegin(), filter.suffix.rend(), labels.rbegin(),
                    [](const auto& pattern, const auto& label) { return label_fits(label, pattern); });
}

// Jumps from one namespace to the next along the primary key, however many items each holds.
constexpr const char* kNamespaces = R"sql(
WITH RECURSIVE names(name) AS (
  SELECT min(namespace) FROM store_items WHERE namespace >= ?1 AND namespace < ?2
  UNION ALL
  SELECT (SELECT min(namespace) FROM store_items WHERE namespace > name AND namespace < ?2)
    FROM names WHERE name IS NOT NULL)
SELECT name FROM names WHERE name IS NOT NULL AND EXISTS
  (SELECT 1 FROM store_items WHERE namespace = name AND (expires_at IS NULL OR expires_at > ?3))
)sql";

}  // namespace

Result<std::optional<models::StoreItem>> read_store_item(Connection& connection,
                                                         const models::Namespace& name_space,
                                                         std::string_view key, Micros now) {
  static const std::string kRead = std::string("SELECT ") + kItemColumns +
                                   " FROM store_items WHERE namespace = ? AND key = ?"
                                   " AND (expires_at IS NULL OR expires_at > ?)";
  const auto labels = join_labels(name_space);
  Query query(connection, kRead);
  query.bind(labels, key, now);
  if (!query.next()) return std::optional<models::StoreItem>();
  return std::optional(item_row(query));
}

Result<std::vector<models::StoreItem>> read_store_items(Connection& connection, const StoreFilter& filter,
                                                        Page page) {
  Clauses clauses;
  // Without a prefix the walk along updated_at stops at the limit, and a range over everything would hide
  // that.
  if (!filter.prefix.empty()) {
    auto range = range_below(filter.prefix);
    clauses.add("namespace >= ? AND namespace < ?", {std::move(range.least), std::move(range.end)});
  }
  clauses.add("(expires_at IS NULL OR expires_at > ?)", {filter.now});
  if (filter.value_matches) clauses.add("store_matches(value, ?)", {*filter.value_matches});
  Query query(connection, std::string("SELECT ") + kItemColumns + " FROM store_items" + clauses.where() +
                              " ORDER BY updated_at DESC, rowid DESC LIMIT ? OFFSET ?");
  clauses.bind(query);
  query.bind(std::max(page.limit, 0), std::max(page.offset, 0));
  std::vector<models::StoreItem> items;
  while (query.next()) items.push_back(item_row(query));
  return items;
}

Result<std::vector<models::Namespace>> read_store_namespaces(Connection& connection,
                                                             const NamespaceFilter& filter, Page page) {
  const auto any = std::find(filter.prefix.begin(), filter.prefix.end(), kAnyLabel);
  const auto range = range_below({filter.prefix.begin(), any});
  Query query(connection, kNamespaces);
  query.bind(range.least, range.end, filter.now);
  std::vector<models::Namespace> found;
  std::optional<models::Namespace> last;
  int left_out = 0;
  while (static_cast<int>(found.size()) < page.limit && query.next()) {
    auto labels = split_labels(query.text(0));
    if (!fits(labels, filter)) continue;
    if (filter.max_depth && static_cast<int>(labels.size()) > *filter.max_depth) {
      labels.resize(static_cast<std::size_t>(*filter.max_depth));
    }
    // They come in order, so what a cut makes equal comes in a row.
    if (last == labels) continue;
    last = labels;
    if (left_out++ >= page.offset) found.push_back(std::move(labels));
  }
  return found;
}

Result<std::optional<Micros>> read_next_store_expiry(Connection& connection) {
  Query query(connection, "SELECT min(expires_at) FROM store_items WHERE expires_at IS NOT NULL");
  query.next();
  return query.maybe_integer(0);
}

}  // namespace agenthost::storage
