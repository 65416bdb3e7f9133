#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/reads.hpp"

namespace agenthost::storage {

Result<std::optional<std::vector<models::RunEvent>>> read_run_events(Connection& connection,
                                                                     std::string_view run_id) {
  Query stream(connection, "SELECT 1 FROM run_streams WHERE run_id = ?");
  if (!stream.bind(run_id).next()) return std::nullopt;
  Query query(connection,
              "SELECT event_id, name, mode, ns, data FROM run_events WHERE run_id = ? ORDER BY event_id");
  query.bind(run_id);
  std::vector<models::RunEvent> events;
  while (query.next()) {
    events.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1),
                      static_cast<unsigned>(query.integer(2)), query.text(3), query.text(4)});
  }
  return events;
}

}  // namespace agenthost::storage
