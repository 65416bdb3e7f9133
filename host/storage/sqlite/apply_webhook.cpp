#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {

Status apply(Connection& connection, const InsertWebhook& write) {
  const auto& webhook = write.webhook;
  const int inserted =
      Query(connection,
            "INSERT INTO webhooks (webhook_id, url, body, attempts, due_at)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
          .bind(webhook.webhook_id, webhook.url, webhook.body, webhook.attempts, webhook.due_at)
          .run();
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, "Webhook already exists");
  return {};
}

Status apply(Connection& connection, const UpdateWebhook& write) {
  const int updated = Query(connection, "UPDATE webhooks SET attempts = ?, due_at = ? WHERE webhook_id = ?")
                          .bind(write.attempts, write.due_at, write.webhook_id)
                          .run();
  if (updated == 0) return fail(webhook_missing(write.webhook_id));
  return {};
}

Status apply(Connection& connection, const DeleteWebhook& write) {
  Query(connection, "DELETE FROM webhooks WHERE webhook_id = ?").bind(write.webhook_id).run();
  return {};
}

}  // namespace agenthost::storage
