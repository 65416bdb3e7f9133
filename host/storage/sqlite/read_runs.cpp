#include "host/storage/sqlite/lookups.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/search.hpp"

namespace agenthost::storage {
namespace {

// Spelled out, so that SQLite can see that the partial index runs_active holds every match.
constexpr const char* kActive = "status IN ('pending', 'running')";

std::int64_t count_rows(Connection& connection, const std::string& table) {
  Query query(connection, "SELECT count(*) FROM " + table);
  query.next();
  return query.integer(0);
}

}  // namespace

Result<models::Run> read_run(Connection& connection, std::string_view thread_id, std::string_view run_id) {
  static const std::string kRead =
      std::string("SELECT ") + kRunColumns + " FROM runs WHERE run_id = ? AND thread_id = ?";
  Query query(connection, kRead);
  query.bind(run_id, thread_id);
  if (!query.next()) return fail(run_missing(run_id));
  return run_row(query);
}

Result<models::Run> read_run(Connection& connection, std::string_view run_id) {
  static const std::string kRead = std::string("SELECT ") + kRunColumns + " FROM runs WHERE run_id = ?";
  Query query(connection, kRead);
  query.bind(run_id);
  if (!query.next()) return fail(run_missing(run_id));
  return run_row(query);
}

Result<Found<models::Run>> read_runs(Connection& connection, std::string_view thread_id,
                                     std::optional<models::RunStatus> status, Page page) {
  if (!thread_exists(connection, std::string(thread_id))) return fail(thread_missing(thread_id));
  Clauses clauses;
  clauses.add("thread_id = ?", {std::string(thread_id)});
  if (status) clauses.add("status = ?", {std::string(to_string(*status))});
  if (status && is_active(*status)) clauses.add(kActive);
  const bool queue = status == models::RunStatus::kPending;
  const std::string order = queue ? " ORDER BY created_at, run_id" : " ORDER BY created_at DESC, run_id DESC";
  return run_search<models::Run>(connection, {"runs", kRunColumns, order, run_row}, clauses, page);
}

Result<std::vector<models::Run>> read_active_runs(Connection& connection) {
  static const std::string kRead =
      std::string("SELECT ") + kRunColumns + " FROM runs WHERE " + kActive + " ORDER BY created_at, run_id";
  Query query(connection, kRead);
  std::vector<models::Run> runs;
  while (query.next()) runs.push_back(run_row(query));
  return runs;
}

Result<Counts> read_counts(Connection& connection) {
  return Counts{count_rows(connection, "assistants"), count_rows(connection, "threads"),
                count_rows(connection, "runs")};
}

}  // namespace agenthost::storage
