#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {

Result<std::vector<models::Webhook>> read_webhooks(Connection& connection) {
  Query query(connection,
              "SELECT webhook_id, url, attempts, due_at FROM webhooks ORDER BY due_at, webhook_id");
  std::vector<models::Webhook> webhooks;
  while (query.next()) {
    webhooks.push_back(
        {query.text(0), query.text(1), {}, static_cast<int>(query.integer(2)), query.integer(3)});
  }
  return webhooks;
}

Result<models::Webhook> read_webhook(Connection& connection, std::string_view webhook_id) {
  Query query(connection,
              "SELECT webhook_id, url, body, attempts, due_at FROM webhooks WHERE webhook_id = ?");
  query.bind(webhook_id);
  if (!query.next()) return fail(webhook_missing(webhook_id));
  return models::Webhook{query.text(0), query.text(1), query.text(2), static_cast<int>(query.integer(3)),
                         query.integer(4)};
}

}  // namespace agenthost::storage
