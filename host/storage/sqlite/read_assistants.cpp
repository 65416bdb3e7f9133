#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/search.hpp"

namespace agenthost::storage {

Result<models::Assistant> read_assistant(Connection& connection, std::string_view id) {
  static const std::string kRead =
      std::string("SELECT ") + kAssistantColumns + " FROM assistants WHERE assistant_id = ?";
  Query query(connection, kRead);
  query.bind(id);
  if (!query.next()) return fail(assistant_missing(id));
  return assistant_row(query);
}

Result<Found<models::Assistant>> read_assistants(Connection& connection, const AssistantFilter& filter,
                                                 Page page) {
  auto order = order_by(filter.sort_by, filter.order,
                        {"assistant_id", "graph_id", "name", "created_at", "updated_at"}, "assistant_id");
  if (!order) return fail(order.error());
  Clauses clauses;
  if (filter.graph_id) clauses.add("graph_id = ?", {*filter.graph_id});
  if (filter.name_contains) clauses.add("instr(lower(name), lower(?)) > 0", {*filter.name_contains});
  if (filter.metadata_contains) {
    if (auto added = add_metadata_filter(clauses, *filter.metadata_contains); !added)
      return fail(added.error());
  }
  return run_search<models::Assistant>(connection, {"assistants", kAssistantColumns, *order, assistant_row},
                                       clauses, page);
}

Result<Found<models::Assistant>> read_assistant_versions(Connection& connection, std::string_view id,
                                                         const std::optional<std::string>& metadata_contains,
                                                         Page page) {
  if (auto assistant = read_assistant(connection, id); !assistant) return fail(assistant.error());
  Clauses clauses;
  clauses.add("assistant_id = ?", {std::string(id)});
  if (metadata_contains) {
    if (auto added = add_metadata_filter(clauses, *metadata_contains); !added) return fail(added.error());
  }
  return run_search<models::Assistant>(
      connection, {"assistant_versions", kVersionColumns, " ORDER BY version DESC", assistant_row}, clauses,
      page);
}

}  // namespace agenthost::storage
