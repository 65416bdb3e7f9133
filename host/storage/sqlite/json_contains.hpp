// json_contains(value, pattern): the SQL function behind every metadata filter. Each call is self-contained;
// thread-safe.
#pragma once

#include <SQLiteCpp/Database.h>

namespace agenthost::storage {

// Makes json_contains known to the connection: 1 when the JSON text `value` contains `pattern` in the sense
// of agenthost::contains, else 0; an error when the pattern is not JSON.
void register_json_contains(SQLite::Database& database);

}  // namespace agenthost::storage
