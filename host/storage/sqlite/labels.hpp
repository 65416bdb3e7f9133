// Labels: what a search can ask of threads without reading them, as (path, value) pairs of text, interned:
// the status, and every short scalar of the metadata: a member ("/owner"), a member further down
// ("/project/stage"), an element of a list ("/tags/~2"). Each has its threads as a set (thread_set.hpp).
//
// The promise: a thread has the label of a scalar exactly when its metadata contains that scalar, there, in
// the sense of agenthost::contains. What labels cannot tell is compared by json_contains. Strand-bound, like
// the connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "host/base/json.hpp"
#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/thread_set.hpp"

namespace agenthost::storage {

struct Label {
  std::string path;   // as a JSON pointer; /~2 is any element of a list. The status has one of its own
  std::string value;  // a letter for the type, then the text: 1, "1" and true differ

  [[nodiscard]] bool operator==(const Label&) const = default;
  [[nodiscard]] bool operator<(const Label& other) const {
    return std::tie(path, value) < std::tie(other.path, other.value);
  }
};

[[nodiscard]] Label label_of(models::ThreadStatus status);

// A metadata filter, a JSON object, in labels.
struct WantedLabels {
  std::vector<Label> labels;
  bool say_all = true;  // false: a thread that has them may still not contain the filter
};
[[nodiscard]] WantedLabels labels_wanted(const JsonValue& filter);

// As a thread has them; metadata is a JSON object text.
[[nodiscard]] std::vector<Label> labels_of(std::string_view metadata);

// The thread has the labels `after` now; it had those of `before`, in any order.
void relabel(Connection& connection, ThreadNumber thread, std::vector<Label> before,
             std::vector<Label> after);

// nullopt: no thread has it.
[[nodiscard]] std::optional<std::int64_t> find_label(Connection& connection, const Label& label);
[[nodiscard]] ThreadSet threads_with(Connection& connection, std::int64_t label_id);
[[nodiscard]] std::int64_t count_with(Connection& connection, std::int64_t label_id);

// Deletes the thread and all it owns. False when it is not there.
[[nodiscard]] bool delete_thread(Connection& connection, const std::string& thread_id);

}  // namespace agenthost::storage
