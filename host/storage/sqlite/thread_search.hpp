// ThreadSearch: one filter over threads, planned from exact numbers (labels.hpp, thread_counts) instead of
// guesses: whom to walk, in which order, and how to count. Strand-bound, like the connection; lives within
// one read transaction.
//
// What it costs, N threads of which n have the rarest of the wanted labels or the wanted status:
//   the count   nothing for no condition, a status or one label; else a walk of the n (for a label with a
//               status also of the threads with other statuses, when they are fewer)
//   the page    by created_at: a walk in order, from the newest, of the n until it is full;
//               by another key: a sort of the n when they are few, else a walk of all in that order, about
//               (offset + limit) * N / n steps. By a time from the newest it starts where the labels were
//               updated last. When the n stand together elsewhere in that order, the walk is given up for
//               the sort, so the two never cost more than twice the sort alone.
// What has no label (nested metadata, values) is compared row by row among those walked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/sqlite/labels.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::storage {

class ThreadSearch {
 public:
  // kInvalid for an unknown sort key or a pattern that is not a JSON object.
  [[nodiscard]] static Result<ThreadSearch> plan(Connection& connection, const ThreadFilter& filter);

  [[nodiscard]] std::int64_t total() const;
  [[nodiscard]] std::vector<models::Thread> rows(Page page) const;

 private:
  enum class Walk { kIds, kLabel, kStatus, kAll };
  enum class Order { kAny, kSorted };

  explicit ThreadSearch(Connection& connection) : connection_(&connection) {}

  Status take_metadata(const std::string& pattern);
  Status take_values(const std::string& pattern);
  void take_status(models::ThreadStatus status);
  void take_ids(const std::vector<std::string>& ids);

  [[nodiscard]] Walk rarest() const;
  [[nodiscard]] std::int64_t size_of(Walk walk) const;
  [[nodiscard]] Walk choose(Page page) const;
  [[nodiscard]] std::vector<models::Thread> rows_of(Walk walk, Page page) const;
  // " FROM ... WHERE ..." with all conditions.
  struct Source {
    std::string from;
    Clauses where;
  };
  [[nodiscard]] Source source(Walk walk, Order order) const;
  void add_labels(Clauses& where, std::size_t first, const char* alias) const;
  void add_last_update(Clauses& where) const;
  [[nodiscard]] std::int64_t count(const Source& source) const;
  [[nodiscard]] std::int64_t labelled_with_other_status() const;
  [[nodiscard]] std::string sort_index() const;
  [[nodiscard]] std::string order_by(Walk walk) const;

  Connection* connection_;
  bool hopeless_ = false;            // nothing can match
  std::vector<StoredLabel> labels_;  // the rarest first
  std::string status_;
  std::string ids_;  // JSON list
  Clauses rest_;     // on t, for what no index knows
  std::int64_t all_ = 0, of_status_ = 0;
  std::string sort_by_, direction_;
};

}  // namespace agenthost::storage
