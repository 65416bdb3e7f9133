#include "host/storage/sqlite/labels.hpp"

#include <algorithm>
#include <cmath>

namespace agenthost::storage {
namespace {

constexpr std::size_t kMaxLabelBytes = 256;
// 2^53: larger whole numbers lose digits in a double, and contains() may compare as doubles.
constexpr double kMaxExactNumber = 9'007'199'254'740'992;

std::optional<std::string> value_of(const JsonValue& value) {
  if (value.IsNull()) return "z";
  if (value.IsBool()) return value.GetBool() ? "t" : "f";
  if (value.IsString()) return "s" + std::string(as_view(value));
  if (!value.IsNumber() || std::abs(value.GetDouble()) >= kMaxExactNumber) return std::nullopt;
  // One text for 1, 1.0 and -0: they are equal.
  const double number = value.GetDouble() == 0 ? 0.0 : value.GetDouble();
  return "n" + to_text(JsonValue(number));
}

std::vector<Label> labels_of(std::string_view metadata) {
  std::vector<Label> labels;
  if (metadata == "{}") return labels;
  const auto parsed = parse_json(metadata);
  if (!parsed || !parsed->IsObject()) return labels;
  for (const auto& member : parsed->GetObject()) {
    auto label = label_of(as_view(member.name), member.value);
    // Of a repeated key the first counts, as for contains().
    const bool first = &parsed->FindMember(member.name)->value == &member.value;
    if (label && first) labels.push_back(std::move(*label));
  }
  return labels;
}

// A new label counts no thread yet: the tally does.
std::int64_t intern(Connection& connection, const Label& label) {
  Query stored(connection, "SELECT label_id FROM thread_labels WHERE key = ? AND value = ?");
  if (stored.bind(label.key, label.value).next()) return stored.integer(0);
  Query(connection, "INSERT INTO thread_labels (key, value, threads) VALUES (?, ?, 0)")
      .bind(label.key, label.value)
      .run();
  return connection.database().getLastInsertRowid();
}

std::int64_t id_of(Connection& connection, const Label& label) {
  auto& known = connection.tally().label_ids();
  const auto place = known.try_emplace({label.key, label.value}, 0);
  if (place.second) place.first->second = intern(connection, label);
  return place.first->second;
}

void add_label(Connection& connection, const ThreadKey& thread, const Label& label) {
  const auto id = id_of(connection, label);
  Query(connection, "INSERT INTO labelled_threads (label_id, created_at, thread_id) VALUES (?, ?, ?)")
      .bind(id, thread.created_at, thread.thread_id)
      .run();
  connection.tally().count_label(id, 1);
}

void remove_label(Connection& connection, const ThreadKey& thread, const Label& label) {
  const auto id = id_of(connection, label);
  Query(connection, "DELETE FROM labelled_threads WHERE label_id = ? AND created_at = ? AND thread_id = ?")
      .bind(id, thread.created_at, thread.thread_id)
      .run();
  connection.tally().count_label(id, -1);
}

bool has(const std::vector<Label>& labels, const Label& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

}  // namespace

std::optional<Label> label_of(std::string_view key, const JsonValue& value) {
  auto text = value_of(value);
  if (!text || text->size() > kMaxLabelBytes || key.size() > kMaxLabelBytes) return std::nullopt;
  return Label{std::string(key), std::move(*text)};
}

void relabel(Connection& connection, const ThreadKey& thread, std::string_view before,
             std::string_view after) {
  if (before == after) return;
  const auto old = labels_of(before);
  const auto wanted = labels_of(after);
  for (const auto& label : old) {
    if (!has(wanted, label)) remove_label(connection, thread, label);
  }
  for (const auto& label : wanted) {
    if (!has(old, label)) add_label(connection, thread, label);
  }
}

void note_update(Connection& connection, std::string_view metadata, Micros at) {
  for (const auto& label : labels_of(metadata)) connection.tally().note_update(id_of(connection, label), at);
}

std::optional<StoredLabel> find_label(Connection& connection, const Label& label) {
  Query query(connection,
              "SELECT label_id, threads, last_update FROM thread_labels WHERE key = ? AND value = ?");
  if (!query.bind(label.key, label.value).next()) return std::nullopt;
  return StoredLabel{query.integer(0), query.integer(1), query.integer(2)};
}

bool delete_thread(Connection& connection, const std::string& thread_id) {
  {
    Query stored(connection, "SELECT created_at, metadata, status FROM threads WHERE thread_id = ?");
    if (!stored.bind(thread_id).next()) return false;
    relabel(connection, {thread_id, stored.integer(0)}, stored.text(1), "{}");
    connection.tally().count_status(stored.text(2), -1);
  }
  Query(connection, "DELETE FROM threads WHERE thread_id = ?").bind(thread_id).run();
  return true;
}

}  // namespace agenthost::storage
