#include "host/storage/sqlite/search.hpp"

#include "host/base/json.hpp"

namespace agenthost::storage {
namespace {

Result<JsonDocument> parse_pattern(const std::string& pattern) {
  auto parsed = parse_json(pattern);
  if (!parsed) return fail(ErrorCode::kInvalid, "metadata filter: " + parsed.error().text);
  if (!parsed->IsObject()) return fail(ErrorCode::kInvalid, "metadata filter: expected a JSON object");
  return parsed;
}

}  // namespace

Result<std::string> order_by(std::string_view sort_by, Order order,
                             std::initializer_list<std::string_view> columns, std::string_view id_column) {
  if (std::find(columns.begin(), columns.end(), sort_by) == columns.end()) {
    std::string choice;
    for (const auto column : columns) choice += (choice.empty() ? "" : ", ") + std::string(column);
    return fail(ErrorCode::kInvalid, "sort_by '" + std::string(sort_by) + "' is not one of " + choice);
  }
  const std::string direction = order == Order::kAscending ? " ASC" : " DESC";
  std::string text = " ORDER BY " + std::string(sort_by) + direction;
  // Rows of the same moment keep their place from page to page.
  if (sort_by != id_column) text += ", " + std::string(id_column) + direction;
  return text;
}

Status add_metadata_filter(Clauses& filter, const std::string& pattern) {
  if (auto parsed = parse_pattern(pattern); !parsed) return fail(parsed.error());
  filter.add("json_contains(metadata, ?)", {pattern});
  return {};
}

}  // namespace agenthost::storage
