#include "host/models/store_request.hpp"

#include <algorithm>

#include "host/models/fields.hpp"

namespace agenthost::models {
namespace {

constexpr int kMostRows = 10'000;
constexpr int kMostOffset = 2'000'000'000;
constexpr double kLongestTtlMinutes = 100.0 * 366 * 24 * 60;

Namespace read_labels(Fields& fields, std::string_view name) {
  auto labels = fields.texts(name).value_or(Namespace{});
  if (const auto good = check_labels(labels); !good) fields.wrong(name, good.error().text);
  return labels;
}

std::string read_key(Fields& fields) {
  auto key = fields.required_text("key");
  if (key.find('\0') != std::string::npos) fields.wrong("key", "must not contain U+0000");
  return key;
}

RefreshTtl read_refresh(Fields& fields) {
  const auto refresh = fields.boolean("refresh_ttl");
  if (!refresh) return RefreshTtl::kDefault;
  return *refresh ? RefreshTtl::kYes : RefreshTtl::kNo;
}

// Says what a semantic search should see. There is none, so it changes nothing; mistakes are still told.
void check_index(Fields& fields) {
  const auto* index = fields.member("index");
  if (index == nullptr || index->IsBool()) return;
  const bool paths = index->IsArray() && std::all_of(index->Begin(), index->End(),
                                                     [](const auto& path) { return path.IsString(); });
  if (!paths) fields.wrong("index", "must be false or a list of JSON paths");
}

std::optional<double> read_ttl(Fields& fields) {
  const auto ttl = fields.number("ttl", 0);
  if (ttl && (*ttl == 0 || *ttl > kLongestTtlMinutes)) {
    fields.wrong("ttl", "must be a number of minutes above 0, a century at most");
  }
  return ttl;
}

}  // namespace

Result<StorePut> StorePut::from_json(const JsonValue& body) {
  Fields fields(body);
  StorePut put;
  put.name_space = fields.texts("namespace").value_or(Namespace{});
  put.key = read_key(fields);
  auto value = fields.object("value");
  if (!value) fields.wrong("value", "is required");
  put.value = std::move(value).value_or("");
  put.ttl_minutes = read_ttl(fields);
  check_index(fields);
  if (auto good = fields.status(); !good) return fail(good.error());
  return put;
}

Result<StoreKey> StoreKey::from_json(const JsonValue& body) {
  Fields fields(body);
  StoreKey key{read_labels(fields, "namespace"), read_key(fields), read_refresh(fields)};
  if (auto good = fields.status(); !good) return fail(good.error());
  return key;
}

Result<StoreSearch> StoreSearch::from_json(const JsonValue& body) {
  Fields fields(body);
  StoreSearch search;
  search.prefix = read_labels(fields, "namespace_prefix");
  search.filter = fields.object("filter");
  if (search.filter == "{}") search.filter.reset();
  search.limit = fields.integer("limit", 1, kMostRows).value_or(search.limit);
  search.offset = fields.integer("offset", 0, kMostOffset).value_or(0);
  search.refresh = read_refresh(fields);
  // Without an index a query ranks nothing, so the answer is the listing.
  (void)fields.text("query");
  if (auto good = fields.status(); !good) return fail(good.error());
  return search;
}

Result<NamespaceSearch> NamespaceSearch::from_json(const JsonValue& body) {
  Fields fields(body);
  NamespaceSearch search;
  search.prefix = read_labels(fields, "prefix");
  search.suffix = read_labels(fields, "suffix");
  search.max_depth = fields.integer("max_depth", 1, kMostRows);
  search.limit = fields.integer("limit", 1, kMostRows).value_or(search.limit);
  search.offset = fields.integer("offset", 0, kMostOffset).value_or(0);
  if (auto good = fields.status(); !good) return fail(good.error());
  return search;
}

}  // namespace agenthost::models
