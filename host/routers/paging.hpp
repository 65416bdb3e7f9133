// Paging: `limit` and `offset` of a list, and the answer that shows one page of it. Thread-safe functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/routers/projection.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::routers {

[[nodiscard]] inline Result<storage::Page> page_of(const Query& query) {
  const auto limit = query.integer("limit", 10, 1, 1000);
  if (!limit) return fail(limit.error());
  const auto offset = query.integer("offset", 0, 0, 2'000'000'000);
  if (!offset) return fail(offset.error());
  return storage::Page{*limit, *offset};
}

// to_item: the JSON object text of a row; select: only these members of it.
template <class Row, class ToItem>
[[nodiscard]] Response page_reply(const Result<storage::Found<Row>>& found, storage::Page page,
                                  const std::vector<std::string>& select, ToItem to_item) {
  if (!found) return error_reply(found.error());
  std::vector<std::string> items;
  for (const auto& row : found->rows) items.push_back(project(to_item(row), select));
  auto reply = json_reply(json_array(items));
  reply.headers = page_headers(found->total, page.offset, items.size());
  return reply;
}

}  // namespace agenthost::routers
