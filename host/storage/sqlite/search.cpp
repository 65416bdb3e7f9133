#include "host/storage/sqlite/search.hpp"

#include "host/base/json.hpp"

namespace agenthost::storage {
namespace {

// The schema indexes scalars of up to 256 characters; escaped text is never shorter than what it stands for.
constexpr std::size_t kIndexedScalarBytes = 256;

Result<JsonDocument> parse_pattern(const std::string& pattern) {
  auto parsed = parse_json(pattern);
  if (!parsed) return fail(ErrorCode::kInvalid, "metadata filter: " + parsed.error().text);
  if (!parsed->IsObject()) return fail(ErrorCode::kInvalid, "metadata filter: expected a JSON object");
  return parsed;
}

bool is_indexed(const JsonValue& value, const std::string& text) {
  return (value.IsString() || value.IsNumber() || value.IsBool()) && text.size() <= kIndexedScalarBytes;
}

// A key with a NUL is cut off by SQLite's JSON functions, so the index does not know it by its name.
bool is_indexed_key(std::string_view key) {
  return key.find('\0') == std::string_view::npos;
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

Status add_thread_metadata_filter(Clauses& filter, const std::string& pattern) {
  const auto parsed = parse_pattern(pattern);
  if (!parsed) return fail(parsed.error());
  for (const auto& member : parsed->GetObject()) {
    auto text = to_text(member.value);
    if (!is_indexed(member.value, text) || !is_indexed_key(as_view(member.name))) continue;
    filter.add("thread_id IN (SELECT thread_id FROM thread_metadata WHERE key = ? AND value = ? ->> '$')",
               {std::string(as_view(member.name)), std::move(text)});
  }
  if (parsed->MemberCount() > 0) filter.add("json_contains(metadata, ?)", {pattern});
  return {};
}

}  // namespace agenthost::storage
