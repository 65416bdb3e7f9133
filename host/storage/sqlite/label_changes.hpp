// LabelChanges: which threads a transaction gives a label or takes it from. Kept in memory and written once,
// before the commit, so that a label which every new thread has costs a group one row, not one for each.
//
// Whoever opens a transaction or a savepoint ends it with flush() or forget(). Strand-bound, like its
// connection.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "host/storage/sqlite/thread_set.hpp"

namespace agenthost::storage {

class Connection;

class LabelChanges {
 public:
  // Of a label that is stored.
  void add(std::int64_t label_id, ThreadNumber thread) { note(label_id, thread, true); }
  void remove(std::int64_t label_id, ThreadNumber thread) { note(label_id, thread, false); }

  // The ids of labels that this transaction has met.
  using LabelIds = std::map<std::pair<std::string, std::string>, std::int64_t>;
  [[nodiscard]] LabelIds& label_ids() { return label_ids_; }

  // A label that no thread has any more goes.
  void flush(Connection& connection);
  // The transaction is undone.
  void forget();

 private:
  using Place = std::pair<std::int64_t, std::int64_t>;  // label, chunk
  void note(std::int64_t label_id, ThreadNumber thread, bool has) {
    changes_[{label_id, Chunk::index_of(thread)}][Chunk::place_of(thread)] = has;
  }

  std::map<Place, std::map<int, bool>> changes_;  // the last word on each thread
  LabelIds label_ids_;
};

}  // namespace agenthost::storage
