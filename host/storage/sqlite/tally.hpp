// Tally: by how much a transaction changes the numbers that storage keeps: of the threads with a status, and
// of each label how many threads have it and when the last of them was updated. Summed up in memory and
// written once, before the commit, so that a number which every thread changes costs a group one update.
//
// Whoever opens a transaction or a savepoint ends it with flush() or forget(). Strand-bound, like its
// connection.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "host/base/ids.hpp"

namespace agenthost::storage {

class Connection;

class Tally {
 public:
  void count_status(const std::string& status, std::int64_t threads) { by_status_[status] += threads; }
  // Of a label that is stored.
  void count_label(std::int64_t label_id, std::int64_t threads) { by_label_[label_id] += threads; }

  // A thread that has it was updated.
  void note_update(std::int64_t label_id, Micros at) {
    auto& last = last_updates_[label_id];
    last = std::max(last, at);
  }

  // The ids of labels that this transaction has met.
  using LabelIds = std::map<std::pair<std::string, std::string>, std::int64_t>;
  [[nodiscard]] LabelIds& label_ids() { return label_ids_; }

  // A label that no thread has any more goes.
  void flush(Connection& connection);
  // The transaction is undone.
  void forget();

 private:
  std::unordered_map<std::string, std::int64_t> by_status_;
  std::unordered_map<std::int64_t, std::int64_t> by_label_;
  std::unordered_map<std::int64_t, Micros> last_updates_;
  LabelIds label_ids_;
};

}  // namespace agenthost::storage
