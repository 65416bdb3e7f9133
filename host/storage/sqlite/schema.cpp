#include "host/storage/sqlite/schema.hpp"

#include <SQLiteCpp/Transaction.h>

#include <sqlite3.h>

#include <vector>

#include "host/storage/sqlite/labels.hpp"
#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {
namespace {

// "AgHo" in the file's header: tells our databases from others'.
constexpr std::int64_t kApplicationId = 0x4167486f;

constexpr const char* kAssistants = R"sql(
CREATE TABLE assistants (
  assistant_id TEXT NOT NULL PRIMARY KEY,
  graph_id     TEXT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT,
  version      INTEGER NOT NULL,
  config       TEXT NOT NULL,
  context      TEXT NOT NULL,
  metadata     TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX assistants_by_created ON assistants (created_at);
CREATE INDEX assistants_by_updated ON assistants (updated_at);
CREATE INDEX assistants_by_name ON assistants (name);
CREATE INDEX assistants_by_graph ON assistants (graph_id, created_at);

CREATE TABLE assistant_versions (
  assistant_id TEXT NOT NULL REFERENCES assistants ON DELETE CASCADE,
  version      INTEGER NOT NULL,
  graph_id     TEXT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT,
  config       TEXT NOT NULL,
  context      TEXT NOT NULL,
  metadata     TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (assistant_id, version)
) WITHOUT ROWID;
)sql";

constexpr const char* kThreads = R"sql(
CREATE TABLE threads (
  thread_id        TEXT NOT NULL PRIMARY KEY,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  state_updated_at INTEGER NOT NULL,
  metadata         TEXT NOT NULL,
  status           TEXT NOT NULL,
  config           TEXT NOT NULL,
  interrupts       TEXT NOT NULL,
  error            TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX threads_by_created ON threads (created_at);
CREATE INDEX threads_by_updated ON threads (updated_at);
CREATE INDEX threads_by_state_updated ON threads (state_updated_at);
CREATE INDEX threads_by_status ON threads (status, created_at);
)sql";

// The short scalar members of a thread's metadata, so that a filter finds threads without reading every row.
// Triggers keep it in step, whatever statement changes a thread. A repeated key keeps every value: the index
// may find too much, never too little, and json_contains has the last word.
constexpr const char* kThreadMetadata = R"sql(
CREATE TABLE thread_metadata (
  thread_id TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  key       TEXT NOT NULL,
  value     NOT NULL,
  PRIMARY KEY (thread_id, key, value)
) WITHOUT ROWID;
CREATE INDEX thread_metadata_by_value ON thread_metadata (key, value);

CREATE TRIGGER thread_metadata_insert AFTER INSERT ON threads BEGIN
  INSERT OR IGNORE INTO thread_metadata (thread_id, key, value)
    SELECT new.thread_id, key, atom FROM json_each(new.metadata) WHERE atom IS NOT NULL AND length(atom) <= 256;
END;
CREATE TRIGGER thread_metadata_update AFTER UPDATE OF metadata ON threads WHEN new.metadata IS NOT old.metadata BEGIN
  DELETE FROM thread_metadata WHERE thread_id = new.thread_id;
  INSERT OR IGNORE INTO thread_metadata (thread_id, key, value)
    SELECT new.thread_id, key, atom FROM json_each(new.metadata) WHERE atom IS NOT NULL AND length(atom) <= 256;
END;
)sql";

// runs keeps a rowid: kwargs may be large and never changes, the status is small and does.
constexpr const char* kRuns = R"sql(
CREATE TABLE runs (
  run_id             TEXT NOT NULL PRIMARY KEY,
  thread_id          TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  assistant_id       TEXT NOT NULL,
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  status             TEXT NOT NULL,
  multitask_strategy TEXT NOT NULL,
  attempts           INTEGER NOT NULL,
  metadata           TEXT NOT NULL,
  error              TEXT NOT NULL,
  kwargs             TEXT NOT NULL
);
CREATE INDEX runs_by_thread ON runs (thread_id, created_at, run_id);
CREATE INDEX runs_active ON runs (thread_id, status, created_at, run_id) WHERE status IN ('pending', 'running');
)sql";

// channels is {"channel": version, ...} in the graph's order. A value is stored once per version and found by
// it.
constexpr const char* kCheckpoints = R"sql(
CREATE TABLE checkpoints (
  thread_id     TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  checkpoint_ns TEXT NOT NULL,
  checkpoint_id TEXT NOT NULL,
  parent_id     TEXT NOT NULL,
  run_id        TEXT NOT NULL,
  step          INTEGER NOT NULL,
  source        TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  metadata      TEXT NOT NULL,
  channels      TEXT NOT NULL,
  tasks         TEXT NOT NULL,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
) WITHOUT ROWID;

CREATE TABLE channel_values (
  thread_id     TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
  checkpoint_ns TEXT NOT NULL,
  channel       TEXT NOT NULL,
  version       INTEGER NOT NULL,
  value         TEXT NOT NULL,
  PRIMARY KEY (thread_id, checkpoint_ns, channel, version)
) WITHOUT ROWID;
)sql";

// namespace holds the labels joined as namespace_text.hpp says, so that those below a prefix are neighbours.
constexpr const char* kStoreItems = R"sql(
CREATE TABLE store_items (
  namespace  TEXT NOT NULL,
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ttl        INTEGER,
  expires_at INTEGER,
  PRIMARY KEY (namespace, key)
);
CREATE INDEX store_items_by_updated ON store_items (updated_at);
CREATE INDEX store_items_by_expiry ON store_items (expires_at) WHERE expires_at IS NOT NULL;
)sql";

// run_streams: the runs whose events are kept. Of a run that goes, everything goes.
constexpr const char* kRunEvents = R"sql(
ALTER TABLE runs ADD COLUMN cancel_reason TEXT;

CREATE TABLE run_streams (
  run_id   TEXT NOT NULL PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  ended_at INTEGER
) WITHOUT ROWID;
CREATE INDEX run_streams_by_end ON run_streams (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE run_events (
  run_id   TEXT NOT NULL REFERENCES run_streams ON DELETE CASCADE,
  event_id INTEGER NOT NULL,
  name     TEXT NOT NULL,
  mode     INTEGER NOT NULL,
  ns       TEXT NOT NULL,
  data     TEXT NOT NULL,
  PRIMARY KEY (run_id, event_id)
) WITHOUT ROWID;
)sql";

// No reference to the run: word of it may be owed after its thread is gone.
constexpr const char* kWebhooks = R"sql(
CREATE TABLE webhooks (
  webhook_id TEXT NOT NULL PRIMARY KEY,
  url        TEXT NOT NULL,
  body       TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  due_at     INTEGER NOT NULL
);
)sql";
// As whom an update of the state goes on when it does not say so.
constexpr const char* kWrittenBy = "ALTER TABLE checkpoints ADD COLUMN written_by TEXT NOT NULL DEFAULT '[]'";

// A cron goes with its assistant and with its thread.
constexpr const char* kCrons = R"sql(
CREATE TABLE crons (
  cron_id          TEXT NOT NULL PRIMARY KEY,
  assistant_id     TEXT NOT NULL REFERENCES assistants ON DELETE CASCADE,
  thread_id        TEXT REFERENCES threads ON DELETE CASCADE,
  on_run_completed TEXT NOT NULL,
  schedule         TEXT NOT NULL,
  timezone         TEXT,
  end_time         INTEGER,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  payload          TEXT NOT NULL,
  next_run_date    INTEGER,
  metadata         TEXT NOT NULL,
  enabled          INTEGER NOT NULL
);
CREATE INDEX crons_by_created ON crons (created_at);
CREATE INDEX crons_by_updated ON crons (updated_at);
CREATE INDEX crons_by_end ON crons (end_time);
CREATE INDEX crons_by_next_run ON crons (next_run_date);
CREATE INDEX crons_by_assistant ON crons (assistant_id, created_at);
CREATE INDEX crons_by_thread ON crons (thread_id, created_at);
)sql";

// Labels: the short scalar members of threads' metadata, each pair once, with the number of threads that have
// it, and the threads of each in the order of their creation. They take the place of thread_metadata: the
// pairs are interned, counted, and exact (labels.hpp), so that a search needs neither a sort nor a count. The
// writes of threads keep them in step; triggers keep the number of threads per status.
constexpr const char* kThreadLabels = R"sql(
DROP TRIGGER thread_metadata_insert;
DROP TRIGGER thread_metadata_update;
DROP TABLE thread_metadata;

CREATE TABLE thread_labels (
  label_id INTEGER PRIMARY KEY,
  key      TEXT NOT NULL,
  value    TEXT NOT NULL,
  threads  INTEGER NOT NULL,
  UNIQUE (key, value)
);
CREATE TABLE labelled_threads (
  label_id   INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  thread_id  TEXT NOT NULL,
  PRIMARY KEY (label_id, created_at, thread_id)
) WITHOUT ROWID;

CREATE TABLE thread_counts (
  status  TEXT NOT NULL PRIMARY KEY,
  threads INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO thread_counts SELECT value, (SELECT count(*) FROM threads WHERE status = value)
  FROM json_each('["idle","busy","interrupted","error"]');
CREATE TRIGGER threads_counted_in AFTER INSERT ON threads BEGIN
  UPDATE thread_counts SET threads = threads + 1 WHERE status = new.status;
END;
CREATE TRIGGER threads_counted_out AFTER DELETE ON threads BEGIN
  UPDATE thread_counts SET threads = threads - 1 WHERE status = old.status;
END;
CREATE TRIGGER threads_counted_over AFTER UPDATE OF status ON threads WHEN new.status <> old.status BEGIN
  UPDATE thread_counts SET threads = threads - 1 WHERE status = old.status;
  UPDATE thread_counts SET threads = threads + 1 WHERE status = new.status;
END;
)sql";

constexpr const char* kThreadTtl = R"sql(
ALTER TABLE threads ADD COLUMN ttl_minutes REAL;
ALTER TABLE threads ADD COLUMN ttl_strategy TEXT;
ALTER TABLE threads ADD COLUMN expires_at INTEGER;
CREATE INDEX threads_by_expiry ON threads (expires_at) WHERE expires_at IS NOT NULL;
)sql";

// The writes of threads count them, too, once for a group. A label says when the last of its
// threads was updated, so that a search by that time starts there. The indices by time hold what a walk along
// them asks of each thread.
constexpr const char* kThreadTally = R"sql(
DROP TRIGGER threads_counted_in;
DROP TRIGGER threads_counted_out;
DROP TRIGGER threads_counted_over;

ALTER TABLE thread_labels ADD COLUMN last_update INTEGER NOT NULL DEFAULT 0;
UPDATE thread_labels SET last_update = (SELECT coalesce(max(max(t.updated_at, t.state_updated_at)), 0)
  FROM labelled_threads l CROSS JOIN threads t ON t.thread_id = l.thread_id
  WHERE l.label_id = thread_labels.label_id);

DROP INDEX threads_by_updated;
CREATE INDEX threads_by_updated ON threads (updated_at, created_at);
DROP INDEX threads_by_state_updated;
CREATE INDEX threads_by_state_updated ON threads (state_updated_at, created_at);
)sql";

// Threads are numbered in the order of their creation, and labels (the status is one of them) have theirs as
// sets of numbers (thread_set.hpp), which are met and counted without a look at a thread. So no index by
// status or by creation is needed beside that of the numbers, which holds what a sort of some threads by time
// asks of them.
constexpr const char* kThreadNumbers = R"sql(
DROP INDEX threads_by_created;
DROP INDEX threads_by_status;
DROP INDEX threads_by_updated;
DROP INDEX threads_by_state_updated;
DROP TABLE thread_counts;
DROP TABLE labelled_threads;
DROP TABLE thread_labels;

ALTER TABLE threads ADD COLUMN number INTEGER;
UPDATE threads SET number = place.number FROM
  (SELECT thread_id AS id, row_number() OVER (ORDER BY created_at, thread_id) - 1 AS number FROM threads) AS place
  WHERE threads.thread_id = place.id;
CREATE INDEX threads_by_number ON threads (number, updated_at, state_updated_at);
CREATE INDEX threads_by_updated ON threads (updated_at, number);
CREATE INDEX threads_by_state_updated ON threads (state_updated_at, number);

CREATE TABLE thread_labels (
  label_id INTEGER PRIMARY KEY,
  path     TEXT NOT NULL,
  value    TEXT NOT NULL,
  UNIQUE (path, value)
);
CREATE TABLE labelled_threads (
  label_id INTEGER NOT NULL,
  chunk    INTEGER NOT NULL,
  threads  INTEGER NOT NULL,
  members  BLOB NOT NULL,
  PRIMARY KEY (label_id, chunk)
) WITHOUT ROWID;
)sql";

// Chunk by chunk, so that a data file of any size needs little memory.
void label_stored_threads(Connection& connection) {
  Query threads(connection, "SELECT number, metadata, status FROM threads ORDER BY number");
  while (threads.next()) {
    const auto number = threads.integer(0);
    if (Chunk::place_of(number) == 0) connection.label_changes().flush(connection);
    auto labels = labels_of(threads.text(1));
    if (const auto status = models::thread_status_from(threads.text(2))) labels.push_back(label_of(*status));
    relabel(connection, number, {}, std::move(labels));
  }
  connection.label_changes().flush(connection);
}

// What SQL cannot say runs after it.
struct Migration {
  std::string sql;
  void (*then)(Connection&) = nullptr;
};

// The n-th entry leads to schema n + 1. Never edit an entry that was released: append.
const std::vector<Migration>& migrations() {
  static const std::vector<Migration> kMigrations = {
      {std::string(kAssistants) + kThreads + kThreadMetadata + kRuns + kCheckpoints},
      {std::string(kStoreItems)},
      {std::string(kRunEvents) + kWebhooks},
      {std::string(kWrittenBy)},
      {std::string(kCrons)},
      // What filled the labels of this schema is gone: a later one drops them and makes its own.
      {std::string(kThreadLabels) + kThreadTtl},
      {kThreadTally},
      {kThreadNumbers, label_stored_threads},
  };
  return kMigrations;
}

std::int64_t number(Connection& connection, const std::string& sql) {
  return connection.database().execAndGet(sql).getInt64();
}

Status check_owner(Connection& connection) {
  const auto version = number(connection, "PRAGMA user_version");
  const bool ours = number(connection, "PRAGMA application_id") == kApplicationId;
  const bool empty = version == 0 && number(connection, "SELECT count(*) FROM sqlite_master") == 0;
  if (!ours && !empty) {
    return fail(ErrorCode::kInvalid,
                connection.name() +
                    ": is a database of another program; nothing was changed: configure another file");
  }
  if (version > current_schema()) {
    return fail(ErrorCode::kInvalid, connection.name() + ": has schema " + std::to_string(version) +
                                         ", this agenthost knows schemas up to " +
                                         std::to_string(current_schema()) +
                                         ": start a newer agenthost or restore a backup");
  }
  return {};
}

// Persistent, so it comes after the owner is known. Throws when the file system cannot do it.
void use_write_ahead_log(Connection& connection) {
  const std::string mode = connection.database().execAndGet("PRAGMA journal_mode=WAL");
  if (mode == "wal" || mode == "memory") return;
  throw SQLite::Exception("the write-ahead log needs a file system with shared memory: use a local disk",
                          SQLITE_CANTOPEN);
}

}  // namespace

int current_schema() {
  return static_cast<int>(migrations().size());
}

Status migrate(Connection& connection, const Migrating& migrating) {
  return guarded(connection, [&]() -> Status {
    if (auto owner = check_owner(connection); !owner) return owner;
    use_write_ahead_log(connection);
    // A second process that starts at the same time waits here, and then finds the work done.
    SQLite::Transaction transaction(connection.database(), SQLite::TransactionBehavior::IMMEDIATE);
    const auto version = number(connection, "PRAGMA user_version");
    if (version >= current_schema()) return {};
    if (version > 0 && migrating) {
      migrating(connection.name() + ": goes from schema " + std::to_string(version) + " to " +
                std::to_string(current_schema()) + "; about a minute for a million threads");
    }
    for (auto next = static_cast<std::size_t>(version); next < migrations().size(); ++next) {
      connection.run(migrations()[next].sql);
      if (migrations()[next].then != nullptr) migrations()[next].then(connection);
    }
    connection.run("PRAGMA application_id=" + std::to_string(kApplicationId));
    connection.run("PRAGMA user_version=" + std::to_string(current_schema()));
    transaction.commit();
    return {};
  });
}

}  // namespace agenthost::storage
