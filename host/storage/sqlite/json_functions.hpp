// The SQL functions behind every filter by JSON. Each call is self-contained; thread-safe.
#pragma once

#include <SQLiteCpp/Database.h>

namespace agenthost::storage {

// Makes known to the connection, each 1 or 0 for two JSON texts, and an error when the second is not JSON:
//   json_contains(value, pattern)   agenthost::contains
//   store_matches(value, filter)    models::matches_filter
// and channel_version(channels, name): the version of a channel of a checkpoint, or NULL.
void register_json_functions(SQLite::Database& database);

}  // namespace agenthost::storage
