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

void add_label(Connection& connection, const ThreadKey& thread, const Label& label) {
  Query counted(connection,
                "INSERT INTO thread_labels (key, value, threads) VALUES (?, ?, 1)"
                " ON CONFLICT (key, value) DO UPDATE SET threads = threads + 1 RETURNING label_id");
  counted.bind(label.key, label.value).next();
  Query(connection, "INSERT INTO labelled_threads (label_id, created_at, thread_id) VALUES (?, ?, ?)")
      .bind(counted.integer(0), thread.created_at, thread.thread_id)
      .run();
}

void remove_label(Connection& connection, const ThreadKey& thread, const Label& label) {
  const auto stored = find_label(connection, label);
  if (!stored) return;
  Query(connection, "DELETE FROM labelled_threads WHERE label_id = ? AND created_at = ? AND thread_id = ?")
      .bind(stored->id, thread.created_at, thread.thread_id)
      .run();
  const auto* change = stored->threads > 1
                           ? "UPDATE thread_labels SET threads = threads - 1 WHERE label_id = ?"
                           : "DELETE FROM thread_labels WHERE label_id = ?";
  Query(connection, change).bind(stored->id).run();
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
  const auto old = labels_of(before);
  const auto wanted = labels_of(after);
  for (const auto& label : old) {
    if (!has(wanted, label)) remove_label(connection, thread, label);
  }
  for (const auto& label : wanted) {
    if (!has(old, label)) add_label(connection, thread, label);
  }
}

std::optional<StoredLabel> find_label(Connection& connection, const Label& label) {
  Query query(connection, "SELECT label_id, threads FROM thread_labels WHERE key = ? AND value = ?");
  if (!query.bind(label.key, label.value).next()) return std::nullopt;
  return StoredLabel{query.integer(0), query.integer(1)};
}

bool delete_thread(Connection& connection, const std::string& thread_id) {
  {
    Query stored(connection, "SELECT created_at, metadata FROM threads WHERE thread_id = ?");
    if (!stored.bind(thread_id).next()) return false;
    relabel(connection, {thread_id, stored.integer(0)}, stored.text(1), "{}");
  }
  Query(connection, "DELETE FROM threads WHERE thread_id = ?").bind(thread_id).run();
  return true;
}

}  // namespace agenthost::storage
