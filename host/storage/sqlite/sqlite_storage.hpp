// The embedded storage: one SQLite database in WAL mode, one writer thread that commits whatever waits as one
// transaction, a few reader connections. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "host/storage/storage.hpp"

namespace agenthost::storage {

struct SqliteOptions {
  // Empty: in memory, gone at the end (`storage: memory`).
  std::filesystem::path file;
  unsigned readers = 2;
  // Told before a file of an older schema is changed, which takes a while when it is large.
  std::function<void(const std::string& what)> migrating = {};
};

// Opens or creates the database and migrates it to the current schema. The error names the file and the
// remedy (read-only folder, newer schema, not a database, disk full).
[[nodiscard]] Result<std::unique_ptr<Storage>> open_sqlite(const SqliteOptions& options);

}  // namespace agenthost::storage
