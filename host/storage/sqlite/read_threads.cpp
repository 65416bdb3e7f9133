#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/search.hpp"

namespace agenthost::storage {
namespace {

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? "," : "") + quote(text);
  return out + "]";
}

}  // namespace

Result<models::Thread> read_thread(Connection& connection, std::string_view id) {
  static const std::string kRead =
      std::string("SELECT ") + kThreadColumns + " FROM threads WHERE thread_id = ?";
  Query query(connection, kRead);
  query.bind(id);
  if (!query.next()) return fail(thread_missing(id));
  return thread_row(query);
}

Result<Found<models::Thread>> read_threads(Connection& connection, const ThreadFilter& filter, Page page) {
  auto order = order_by(filter.sort_by, filter.order,
                        {"thread_id", "status", "created_at", "updated_at", "state_updated_at"}, "thread_id");
  if (!order) return fail(order.error());
  Clauses clauses;
  // One statement for every number of ids.
  if (!filter.ids.empty())
    clauses.add("thread_id IN (SELECT value FROM json_each(?))", {json_list(filter.ids)});
  if (filter.status) clauses.add("status = ?", {std::string(to_string(*filter.status))});
  if (filter.metadata_contains) {
    if (auto added = add_thread_metadata_filter(clauses, *filter.metadata_contains); !added) {
      return fail(added.error());
    }
  }
  return run_search<models::Thread>(connection, {"threads", kThreadColumns, *order, thread_row}, clauses,
                                    page);
}

}  // namespace agenthost::storage
