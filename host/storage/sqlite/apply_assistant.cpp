#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/labels.hpp"
#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

std::optional<models::Assistant> find(Connection& connection, const std::string& id) {
  static const std::string kFind =
      std::string("SELECT ") + kAssistantColumns + " FROM assistants WHERE assistant_id = ?";
  Query query(connection, kFind);
  query.bind(id);
  if (!query.next()) return std::nullopt;
  return assistant_row(query);
}

void insert_version(Connection& connection, const models::Assistant& assistant, Micros created_at) {
  Query(connection,
        "INSERT INTO assistant_versions (assistant_id, version, graph_id, name, description, config, "
        "context, metadata,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(assistant.assistant_id, assistant.version, assistant.graph_id, assistant.name,
            assistant.description, assistant.config, assistant.context, assistant.metadata, created_at)
      .run();
}

void store(Connection& connection, const models::Assistant& assistant) {
  Query(connection,
        "UPDATE assistants SET graph_id = ?, name = ?, description = ?, version = ?, config = ?, context = ?,"
        " metadata = ?, updated_at = ? WHERE assistant_id = ?")
      .bind(assistant.graph_id, assistant.name, assistant.description, assistant.version, assistant.config,
            assistant.context, assistant.metadata, assistant.updated_at, assistant.assistant_id)
      .run();
}

int next_version(Connection& connection, const std::string& id) {
  Query query(connection, "SELECT max(version) FROM assistant_versions WHERE assistant_id = ?");
  query.bind(id);
  query.next();
  return static_cast<int>(query.integer(0)) + 1;
}

std::vector<std::string> threads_of(Connection& connection, const std::string& assistant_id) {
  std::vector<std::string> ids;
  const auto label = find_label(connection, {"/assistant_id", "s" + assistant_id});
  if (!label) return ids;
  const auto threads = threads_with(connection, *label);
  Query thread(connection, "SELECT thread_id FROM threads WHERE number = ?");
  for (const auto number : threads.numbers(Order::kAscending, 0, threads.count())) {
    if (thread.again().bind(number).next()) ids.push_back(thread.text(0));
  }
  return ids;
}

void take(std::string& target, const std::optional<std::string>& value) {
  if (value) target = *value;
}

}  // namespace

Status apply(Connection& connection, const InsertAssistant& write) {
  const auto& assistant = write.assistant;
  const int inserted =
      Query(connection,
            "INSERT INTO assistants (assistant_id, graph_id, name, description, version, config, context, "
            "metadata,"
            " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
          .bind(assistant.assistant_id, assistant.graph_id, assistant.name, assistant.description,
                assistant.version, assistant.config, assistant.context, assistant.metadata,
                assistant.created_at, assistant.updated_at)
          .run();
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, "Assistant already exists");
  insert_version(connection, assistant, assistant.created_at);
  return {};
}

Status apply(Connection& connection, const UpdateAssistant& write) {
  auto assistant = find(connection, write.assistant_id);
  if (!assistant) return fail(assistant_missing(write.assistant_id));
  take(assistant->graph_id, write.graph_id);
  take(assistant->config, write.config);
  take(assistant->context, write.context);
  take(assistant->name, write.name);
  if (write.description) assistant->description = write.description;
  if (write.metadata) assistant->metadata = merge_objects(assistant->metadata, *write.metadata);
  assistant->version = next_version(connection, write.assistant_id);
  assistant->updated_at = write.now;
  insert_version(connection, *assistant, write.now);
  store(connection, *assistant);
  return {};
}

Status apply(Connection& connection, const SetAssistantVersion& write) {
  static const std::string kVersion = std::string("SELECT ") + kVersionColumns +
                                      " FROM assistant_versions WHERE assistant_id = ? AND version = ?";
  if (!find(connection, write.assistant_id)) return fail(assistant_missing(write.assistant_id));
  Query query(connection, kVersion);
  query.bind(write.assistant_id, write.version);
  if (!query.next()) return fail(ErrorCode::kNotFound, "Assistant version not found");
  auto assistant = assistant_row(query);
  assistant.updated_at = write.now;
  store(connection, assistant);
  return {};
}

Status apply(Connection& connection, const DeleteAssistant& write) {
  const int deleted =
      Query(connection, "DELETE FROM assistants WHERE assistant_id = ?").bind(write.assistant_id).run();
  if (deleted == 0) return fail(assistant_missing(write.assistant_id));
  if (write.with_threads == WithThreads::kNo) return {};
  for (const auto& id : threads_of(connection, write.assistant_id)) (void)delete_thread(connection, id);
  return {};
}

}  // namespace agenthost::storage
