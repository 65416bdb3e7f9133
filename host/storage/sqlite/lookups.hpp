// Small questions that reads and writes both ask. Strand-bound, like the connection.
#pragma once

#include <string>

#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {

[[nodiscard]] inline bool thread_exists(Connection& connection, const std::string& thread_id) {
  Query query(connection, "SELECT 1 FROM threads WHERE thread_id = ?");
  return query.bind(thread_id).next();
}

}  // namespace agenthost::storage
