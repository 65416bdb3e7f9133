// The orders of threads that a search offers: as a walk of all threads along an index, and as a sort of some.
// Strand-bound, like the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/thread_set.hpp"

namespace agenthost::storage {

// Selects the number of every thread, by created_at, updated_at, state_updated_at or thread_id. Threads of
// the same moment are in the order of their creation.
[[nodiscard]] std::string walk_of_threads(std::string_view sort_by, Order order);

// The numbers of the threads from place `first` up to, not including, `last` in that order. Looks at the key
// of every thread of the set, and keeps `last` of them.
struct Places {
  std::size_t first, last;
};
[[nodiscard]] std::vector<ThreadNumber> sorted(Connection& connection, const ThreadSet& threads,
                                               std::string_view sort_by, Order order, Places places);

}  // namespace agenthost::storage
