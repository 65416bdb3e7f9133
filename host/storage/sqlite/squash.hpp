// Squash: what the writes of one group come to: a row that is made and then changed within the group is
// written once, as it ends.
//
// The promise: applied in order, writes() leave the database as all that were added would, if every one of
// them succeeds. When one fails the group is applied batch by batch instead. Strand-bound.
#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/storage/storage.hpp"

namespace agenthost::storage {

class Squash {
 public:
  // The write must outlive the squash.
  void add(const Write& write);
  [[nodiscard]] const std::vector<const Write*>& writes() const { return writes_; }

 private:
  // The write that later changes of one row go into.
  struct Open {
    std::size_t index = 0;
    Write* copy = nullptr;  // once it was changed
  };
  using Rows = std::unordered_map<std::string_view, Open>;

  template <class Kind>
  void take(const Write& write, const Kind& kind);
  void open(Rows& rows, std::string_view id, const Write& write);
  template <class Change>
  void change(Rows& rows, std::string_view id, const Write& write, const Change& change);

  std::vector<const Write*> writes_;
  std::deque<Write> copies_;  // a deque: its elements stay where they are
  Rows threads_, runs_, checkpoints_;
};

}  // namespace agenthost::storage
