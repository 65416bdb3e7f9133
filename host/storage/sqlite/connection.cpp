#include "host/storage/sqlite/connection.hpp"

#include <sqlite3.h>

#include <system_error>

#include "host/storage/sqlite/json_functions.hpp"

namespace agenthost::storage {
namespace {

constexpr std::string_view kInMemory = "the in-memory database";

std::string display_name(const std::filesystem::path& file) {
  return file.empty() ? std::string(kInMemory) : file.string();
}

std::string file_name(const std::filesystem::path& file) {
  return file.empty() ? ":memory:" : file.string();
}

int open_flags(Role role) {
  // No mutex: a connection has one user at a time.
  const int flags = SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
  return role == Role::kWriter ? flags | SQLite::OPEN_CREATE : flags;
}

struct Meaning {
  ErrorCode code;
  const char* remedy;
};

Meaning meaning_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable,
              "the disk is full: free some space; nothing that was acknowledged is lost"};
    case SQLITE_IOERR:
      return {ErrorCode::kUnavailable, "check the disk, its free space and the file size limit"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::kUnavailable, "make the file and its folder writable for this user"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::kUnavailable, "check that the folder exists and is writable for this user"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "another process holds it: stop that process"};
    case SQLITE_NOMEM:
      return {ErrorCode::kUnavailable, "out of memory: lower the load or the size of the states"};
    case SQLITE_TOOBIG:
      return {ErrorCode::kExhausted,
              "a value is larger than the database can hold (1 GB): store less in one channel"};
    case SQLITE_NOTADB:
      return {ErrorCode::kInternal, "it is not an SQLite database: move it away or configure another file"};
    case SQLITE_CORRUPT:
      return {ErrorCode::kInternal,
              "the file is damaged: restore a backup, or rescue it with 'sqlite3 FILE .recover'"};
    default:
      return {ErrorCode::kInternal, ""};
  }
}

Error error_from(const SQLite::Exception& failure, const std::string& name, const std::string& reason) {
  const auto meaning = meaning_of(failure.getErrorCode());
  std::string text = name + ": " + failure.what() + reason;
  if (*meaning.remedy != '\0') text += std::string("; ") + meaning.remedy;
  return Error{meaning.code, std::move(text)};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file, Role role) {
  try {
    return std::unique_ptr<Connection>(new Connection(file, role));
  } catch (const SQLite::Exception& failure) {
    return fail(error_from(failure, display_name(file), ""));
  } catch (const std::exception& failure) {
    return fail(ErrorCode::kInternal, display_name(file) + ": " + failure.what());
  }
}

Connection::Connection(const std::filesystem::path& file, Role role)
    : name_(display_name(file)), database_(file_name(file), open_flags(role), kBusyTimeoutMs) {
  configure(role);
}

void Connection::configure(Role role) {
  register_json_functions(database_);
  run("PRAGMA foreign_keys=ON");
  if (role == Role::kReader) {
    run("PRAGMA query_only=ON; PRAGMA cache_size=-1024");
    return;
  }
  // SQLite opens a write-protected file for reading only; better to hear of it now than at the first write.
  if (sqlite3_db_readonly(database_.getHandle(), "main") == 1) {
    throw SQLite::Exception("attempt to write a readonly database", SQLITE_READONLY);
  }
  // FULL: a commit returns once the log is on disk.
  run("PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY");
  // The writer checkpoints between two groups; a log that grew large once shrinks again.
  run("PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=16777216");
  sqlite3_wal_hook(
      database_.getHandle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Connection*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

SQLite::Statement& Connection::prepared(const std::string& sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  return statements_.emplace(sql, SQLite::Statement(database_, sql)).first->second;
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

Error Connection::explain(const SQLite::Exception& failure) const {
  const int code = failure.getErrorCode() & 0xff;
  const int reason = sqlite3_system_errno(database_.getHandle());
  // SQLite keeps the errno of its last I/O failure, which says nothing about other failures.
  const bool told_by_system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
  return error_from(
      failure, name_,
      told_by_system && reason != 0 ? " (" + std::generic_category().message(reason) + ")" : "");
}

}  // namespace agenthost::storage
