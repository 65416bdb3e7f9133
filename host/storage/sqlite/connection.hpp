// Connection: one open SQLite database handle with our settings and its prepared statements.
//
// The promise: what open() returns is ready for use in its role, and every statement is compiled once. Throws
// SQLite::Exception from everything but open(): callers stand behind guarded(). Strand-bound: one user at a
// time, which ConnectionPool sees to.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>

#include "host/base/error.hpp"
#include "host/storage/sqlite/label_changes.hpp"

namespace agenthost::storage {

// How long a statement waits for another process (a backup, a shell); our own connections never wait for each
// other.
inline constexpr int kBusyTimeoutMs = 10'000;

// A reader refuses to change anything.
enum class Role { kWriter, kReader };

class Connection {
 public:
  // An empty file is a database in memory that belongs to this connection alone.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Role role);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The compiled statement, which stays with the connection.
  SQLite::Statement& prepared(const std::string& sql);

  // Statements that are run rarely; several may be joined by semicolons.
  void run(const std::string& sql) { database_.exec(sql); }

  [[nodiscard]] bool in_transaction() const;
  // Pages in the write-ahead log after this connection's last commit.
  [[nodiscard]] int wal_pages() const { return wal_pages_; }
  // For messages.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] SQLite::Database& database() { return database_; }
  [[nodiscard]] LabelChanges& label_changes() { return label_changes_; }

  // What a failure of this connection means, with the system's own reason.
  [[nodiscard]] Error explain(const SQLite::Exception& failure) const;

 private:
  Connection(const std::filesystem::path& file, Role role);
  void configure(Role role);

  const std::string name_;
  SQLite::Database database_;
  // After database_, so that statements are finalized before it closes. Bounded: queries are put together
  // from a fixed set of columns and conditions.
  std::unordered_map<std::string, SQLite::Statement> statements_;
  int wal_pages_ = 0;
  LabelChanges label_changes_;
};

// The border where exceptions of SQLite and of the standard library become errors.
template <class Work>
auto guarded(const Connection& connection, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& failure) {
    return fail(connection.explain(failure));
  } catch (const std::exception& failure) {
    return fail(ErrorCode::kInternal, connection.name() + ": " + failure.what());
  }
}

}  // namespace agenthost::storage
