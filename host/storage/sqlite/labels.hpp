// Labels: the short scalar members of a thread's metadata as (key, value) pairs of text, interned and
// counted, so that a filter finds and counts threads without reading them.
//
// The promise: a thread has the label of a scalar exactly when its metadata contains that member in the sense
// of agenthost::contains; scalars that have no label are compared by json_contains. Strand-bound, like the
// connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/ids.hpp"
#include "host/base/json.hpp"
#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {

struct Label {
  std::string key;
  std::string value;  // a letter for the type, then the text: 1, "1" and true differ

  [[nodiscard]] bool operator==(const Label& other) const { return key == other.key && value == other.value; }
};

// nullopt for what is no label: objects, lists, long texts, numbers that a double cannot hold.
[[nodiscard]] std::optional<Label> label_of(std::string_view key, const JsonValue& value);

struct ThreadKey {
  std::string thread_id;
  Micros created_at = 0;
};

// Makes the thread's labels those of `after`; they were those of `before` (JSON object texts).
void relabel(Connection& connection, const ThreadKey& thread, std::string_view before,
             std::string_view after);

// The thread with this metadata was updated.
void note_update(Connection& connection, std::string_view metadata, Micros at);

struct StoredLabel {
  std::int64_t id = 0;
  std::int64_t threads = 0;
  // None of its threads was updated later; one that was may have lost the label since.
  Micros last_update = 0;
};
// nullopt: no thread has it.
[[nodiscard]] std::optional<StoredLabel> find_label(Connection& connection, const Label& label);

// Deletes the thread and all it owns. False when it is not there.
[[nodiscard]] bool delete_thread(Connection& connection, const std::string& thread_id);

}  // namespace agenthost::storage
