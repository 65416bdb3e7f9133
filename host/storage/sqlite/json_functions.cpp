#include "host/storage/sqlite/json_functions.hpp"

#include <sqlite3.h>

#include <memory>

#include "host/base/json.hpp"
#include "host/models/store_item.hpp"

namespace agenthost::storage {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr ? std::string_view() : std::string_view(text, sqlite3_value_bytes(value));
}

// The parsed pattern; SQLite keeps it from row to row while the argument stays the same.
const JsonDocument* pattern_of(sqlite3_context* context, sqlite3_value* argument) {
  constexpr int kPattern = 1;
  if (auto* kept = sqlite3_get_auxdata(context, kPattern)) return static_cast<const JsonDocument*>(kept);
  auto parsed = parse_json(text_of(argument));
  if (!parsed) {
    sqlite3_result_error(context, parsed.error().text.c_str(), -1);
    return nullptr;
  }
  auto owned = std::make_unique<JsonDocument>(std::move(*parsed));
  sqlite3_set_auxdata(context, kPattern, owned.release(),
                      [](void* kept) { delete static_cast<JsonDocument*>(kept); });
  return static_cast<const JsonDocument*>(sqlite3_get_auxdata(context, kPattern));
}

// No exception may cross SQLite's C frames.
template <bool (*predicate)(const JsonValue& value, const JsonValue& pattern)>
void ask(sqlite3_context* context, int, sqlite3_value** arguments) noexcept try {
  const auto* pattern = pattern_of(context, arguments[1]);
  if (pattern == nullptr) return;
  const auto value = parse_json(text_of(arguments[0]));
  sqlite3_result_int(context, value && predicate(*value, *pattern) ? 1 : 0);
} catch (...) {
  sqlite3_result_error_nomem(context);
}

// Of a checkpoint's channels, {"channel":version,...}; NULL when the channel is not among them.
void channel_version(sqlite3_context* context, int, sqlite3_value** arguments) noexcept try {
  const auto channels = parse_json(text_of(arguments[0]));
  const auto* version = channels ? find_member(*channels, text_of(arguments[1])) : nullptr;
  if (version != nullptr && version->IsInt64()) return sqlite3_result_int64(context, version->GetInt64());
  sqlite3_result_null(context);
} catch (...) {
  sqlite3_result_error_nomem(context);
}

}  // namespace

void register_json_functions(SQLite::Database& database) {
  database.createFunction("json_contains", 2, true, nullptr, ask<contains>);
  database.createFunction("store_matches", 2, true, nullptr, ask<models::matches_filter>);
  database.createFunction("channel_version", 2, true, nullptr, channel_version);
}

}  // namespace agenthost::storage
