#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/search.hpp"

namespace agenthost::storage {

Result<models::Cron> read_cron(Connection& connection, std::string_view id) {
  static const std::string kRead = std::string("SELECT ") + kCronColumns + " FROM crons WHERE cron_id = ?";
  Query query(connection, kRead);
  query.bind(id);
  if (!query.next()) return fail(cron_missing(id));
  return cron_row(query);
}

Result<Found<models::Cron>> read_crons(Connection& connection, const CronFilter& filter, Page page) {
  auto order = order_by(
      filter.sort_by, filter.order,
      {"cron_id", "assistant_id", "thread_id", "next_run_date", "end_time", "created_at", "updated_at"},
      "cron_id");
  if (!order) return fail(order.error());
  Clauses clauses;
  if (filter.assistant_id) clauses.add("assistant_id = ?", {*filter.assistant_id});
  if (filter.thread_id) clauses.add("thread_id = ?", {*filter.thread_id});
  if (filter.enabled) clauses.add("enabled = ?", {std::int64_t{*filter.enabled ? 1 : 0}});
  if (filter.metadata_contains) {
    if (auto added = add_metadata_filter(clauses, *filter.metadata_contains); !added) {
      return fail(added.error());
    }
  }
  return run_search<models::Cron>(connection, {"crons", kCronColumns, *order, cron_row}, clauses, page);
}

Result<std::vector<models::Cron>> read_due_crons(Connection& connection, Micros now, int limit) {
  static const std::string kRead = std::string("SELECT ") + kCronColumns +
                                   " FROM crons WHERE next_run_date <= ? ORDER BY next_run_date LIMIT ?";
  Query query(connection, kRead);
  query.bind(now, limit);
  std::vector<models::Cron> crons;
  while (query.next()) crons.push_back(cron_row(query));
  return crons;
}

Result<std::optional<Micros>> read_next_cron_time(Connection& connection) {
  Query query(connection, "SELECT min(next_run_date) FROM crons WHERE next_run_date IS NOT NULL");
  query.next();
  return query.maybe_integer(0);
}

}  // namespace agenthost::storage
