// The schema and its history: forward-only migrations, counted in user_version. Strand-bound: acts on one
// connection.
#pragma once

#include <functional>
#include <string>

#include "host/storage/sqlite/connection.hpp"

namespace agenthost::storage {

// The schema this program reads and writes.
[[nodiscard]] int current_schema();

// Brings the database to the current schema in one transaction. Refuses a newer schema and a database that
// belongs to another program, with the remedy. `migrating` is told before a database that has data is
// changed.
using Migrating = std::function<void(const std::string& what)>;
[[nodiscard]] Status migrate(Connection& connection, const Migrating& migrating = {});

}  // namespace agenthost::storage
