// ThreadSearch: one filter over threads. What it matches is a set of numbers (thread_set.hpp) where there are
// conditions: the sets of the labels met, then the threads that remain compared one by one with what no label
// knows (lists in lists, long texts, values). Its count is the total. Strand-bound, like the connection;
// lives within one read transaction.
//
// What a page costs, n threads of N matching:
//   by created_at, status   nothing more: the set is in that order
//   by another key          a walk along that key's index, about (offset + limit) * N / n threads, each
//   looked
//                           up in the set; or a look at the key of each of the n, when that is less. A walk
//                           that takes much longer than it should (the n stand together elsewhere in that
//                           order) is given up for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/storage/sqlite/clauses.hpp"
#include "host/storage/sqlite/labels.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::storage {

class ThreadSearch {
 public:
  // kInvalid for an unknown sort key or a pattern that is not a JSON object.
  [[nodiscard]] static Result<ThreadSearch> run(Connection& connection, const ThreadFilter& filter);

  [[nodiscard]] std::int64_t total() const;
  [[nodiscard]] std::vector<models::Thread> rows(Page page) const;

 private:
  ThreadSearch(Connection& connection, const ThreadFilter& filter)
      : connection_(&connection), sort_by_(filter.sort_by), order_(filter.order) {}

  void meet(const Label& label);
  void meet(const ThreadSet& threads);
  void take_ids(const std::vector<std::string>& ids);
  [[nodiscard]] Result<Clauses> take_metadata(const std::string& pattern);
  void compare(const Clauses& conditions);

  using Numbers = std::vector<ThreadNumber>;
  [[nodiscard]] Numbers page_of_all(Page page) const;
  [[nodiscard]] Numbers page_by_status(Page page) const;
  [[nodiscard]] std::optional<Numbers> page_by_walk(Page page) const;
  [[nodiscard]] Numbers page_of_matches(Page page) const;

  Connection* connection_;
  std::string sort_by_;
  Order order_;
  std::optional<ThreadSet> matches_;  // nullopt: every thread
};

}  // namespace agenthost::storage
