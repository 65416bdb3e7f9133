#include "host/storage/sqlite/labels.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace agenthost::storage {
namespace {

constexpr std::size_t kMaxLabelBytes = 256;
// 2^53: larger whole numbers lose digits in a double, and contains() may compare as doubles.
constexpr double kMaxExactNumber = 9'007'199'254'740'992;

constexpr std::string_view kAnyElement = "~2";
constexpr std::string_view kStatus = "status";  // the path of a key begins with /

std::optional<std::string> value_of(const JsonValue& value) {
  if (value.IsNull()) return "z";
  if (value.IsBool()) return value.GetBool() ? "t" : "f";
  if (value.IsString()) return "s" + std::string(as_view(value));
  if (!value.IsNumber() || std::abs(value.GetDouble()) >= kMaxExactNumber) return std::nullopt;
  // One text for 1, 1.0 and -0: they are equal.
  const double number = value.GetDouble() == 0 ? 0.0 : value.GetDouble();
  return "n" + to_text(JsonValue(number));
}

std::string below(const std::string& path, std::string_view key) {
  std::string out = path + "/";
  for (const char letter : key) {
    if (letter == '~') {
      out += "~0";
    } else if (letter == '/') {
      out += "~1";
    } else {
      out += letter;
    }
  }
  return out;
}

// Reads an object's labels and notes whether there is more to it than they say.
class Reader {
 public:
  void read_object(const JsonValue& object, const std::string& path) {
    std::set<std::string_view> seen;  // of a repeated key the first counts, as for contains()
    for (const auto& member : object.GetObject()) {
      if (seen.insert(as_view(member.name)).second) read(member.value, below(path, as_view(member.name)));
    }
  }

  WantedLabels found;

 private:
  void read(const JsonValue& value, const std::string& path) {
    const bool too_long = path.size() > kMaxLabelBytes;  // also ends the recursion
    if (too_long || ((value.IsObject() || value.IsArray()) && is_empty(value))) {
      found.say_all = false;
    } else if (value.IsObject()) {
      read_object(value, path);
    } else if (value.IsArray()) {
      read_list(value, path + "/" + std::string(kAnyElement));
    } else {
      read_scalar(value, path);
    }
  }

  // What is inside of an element belongs together, which labels do not say.
  void read_list(const JsonValue& list, const std::string& path) {
    for (const auto& element : list.GetArray()) {
      if (element.IsObject() || element.IsArray()) {
        found.say_all = false;
      } else {
        read_scalar(element, path);
      }
    }
  }

  void read_scalar(const JsonValue& value, const std::string& path) {
    auto text = value_of(value);
    if (!text || text->size() > kMaxLabelBytes || path.size() > kMaxLabelBytes) {
      found.say_all = false;
    } else {
      found.labels.push_back({path, std::move(*text)});
    }
  }

  static bool is_empty(const JsonValue& value) {
    return value.IsObject() ? value.ObjectEmpty() : value.Empty();
  }
};

// A new label has no thread yet: the changes tell.
std::int64_t intern(Connection& connection, const Label& label) {
  if (const auto stored = find_label(connection, label)) return *stored;
  Query(connection, "INSERT INTO thread_labels (path, value) VALUES (?, ?)")
      .bind(label.path, label.value)
      .run();
  return connection.database().getLastInsertRowid();
}

std::int64_t id_of(Connection& connection, const Label& label) {
  auto& known = connection.label_changes().label_ids();
  const auto place = known.try_emplace({label.path, label.value}, 0);
  if (place.second) place.first->second = intern(connection, label);
  return place.first->second;
}

void sort_once(std::vector<Label>& labels) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
}

std::vector<Label> without(const std::vector<Label>& labels, const std::vector<Label>& others) {
  std::vector<Label> left;
  std::set_difference(labels.begin(), labels.end(), others.begin(), others.end(), std::back_inserter(left));
  return left;
}

}  // namespace

Label label_of(models::ThreadStatus status) {
  return {std::string(kStatus), std::string(to_string(status))};
}

WantedLabels labels_wanted(const JsonValue& filter) {
  Reader reader;
  reader.read_object(filter, "");
  return std::move(reader.found);
}

std::vector<Label> labels_of(std::string_view metadata) {
  if (metadata == "{}") return {};
  const auto parsed = parse_json(metadata);
  if (!parsed || !parsed->IsObject()) return {};
  return labels_wanted(*parsed).labels;
}

void relabel(Connection& connection, ThreadNumber thread, std::vector<Label> before,
             std::vector<Label> after) {
  sort_once(before);
  sort_once(after);
  auto& changes = connection.label_changes();
  for (const auto& label : without(before, after)) changes.remove(id_of(connection, label), thread);
  for (const auto& label : without(after, before)) changes.add(id_of(connection, label), thread);
}

std::optional<std::int64_t> find_label(Connection& connection, const Label& label) {
  Query query(connection, "SELECT label_id FROM thread_labels WHERE path = ? AND value = ?");
  if (!query.bind(label.path, label.value).next()) return std::nullopt;
  return query.integer(0);
}

ThreadSet threads_with(Connection& connection, std::int64_t label_id) {
  ThreadSet threads;
  Query query(connection, "SELECT chunk, members FROM labelled_threads WHERE label_id = ? ORDER BY chunk");
  query.bind(label_id);
  while (query.next()) threads.append(query.integer(0), Chunk::decode(query.blob(1)));
  return threads;
}

std::int64_t count_with(Connection& connection, std::int64_t label_id) {
  Query query(connection, "SELECT coalesce(sum(threads), 0) FROM labelled_threads WHERE label_id = ?");
  query.bind(label_id).next();
  return query.integer(0);
}

bool delete_thread(Connection& connection, const std::string& thread_id) {
  {
    Query stored(connection, "SELECT number, metadata, status FROM threads WHERE thread_id = ?");
    if (!stored.bind(thread_id).next()) return false;
    auto labels = labels_of(stored.text(1));
    labels.push_back({std::string(kStatus), stored.text(2)});
    relabel(connection, stored.integer(0), std::move(labels), {});
  }
  Query(connection, "DELETE FROM threads WHERE thread_id = ?").bind(thread_id).run();
  return true;
}

}  // namespace agenthost::storage
