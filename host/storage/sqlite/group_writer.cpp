#include "host/storage/sqlite/group_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/squash.hpp"

namespace agenthost::storage {
namespace {

// 16 MB of log: rare enough that pages written again and again go to the database once, small enough that a
// checkpoint is short.
constexpr int kCheckpointPages = 4'000;
// 64 MB: readers have kept the log from starting over for long; wait for them a moment.
constexpr int kForcedCheckpointPages = 16'000;
constexpr int kForcedCheckpointWaitMs = 100;

// A group whose batches nobody waits for may grow so long. Nearly all runs that wait for no model are over by
// then: what they wrote is one row each, in one commit.
constexpr std::chrono::milliseconds kHeldBack{5};
constexpr std::size_t kMostHeldBack = 1'000;

Status apply_all(Connection& connection, const Batch& batch) {
  for (const auto& write : batch) {
    if (auto applied = apply(connection, write); !applied) return applied;
  }
  connection.label_changes().flush(connection);
  return {};
}

// Whole or not at all. On some failures (disk full, out of memory) SQLite gives up the whole transaction, and
// so do we when a savepoint cannot be kept; the caller sees that by in_transaction().
Status apply_batch(Connection& connection, const Batch& batch) {
  Status applied;
  auto undoable = guarded(connection, [&]() -> Status {
    Query(connection, "SAVEPOINT batch").run();
    applied = guarded(connection, [&] { return apply_all(connection, batch); });
    if (!applied) connection.label_changes().forget();
    if (!connection.in_transaction()) return {};
    if (!applied) Query(connection, "ROLLBACK TO batch").run();
    Query(connection, "RELEASE batch").run();
    return {};
  });
  if (undoable) return applied;
  if (connection.in_transaction()) connection.database().tryExec("ROLLBACK");
  return undoable;
}

Status begin(Connection& connection) {
  return guarded(connection, [&]() -> Status {
    Query(connection, "BEGIN IMMEDIATE").run();
    return {};
  });
}

Status end(Connection& connection) {
  auto committed = guarded(connection, [&]() -> Status {
    Query(connection, "COMMIT").run();
    return {};
  });
  if (!committed && connection.in_transaction()) connection.database().tryExec("ROLLBACK");
  return committed;
}

// A failure costs nothing but a longer log: the next commit tells if the disk is ill.
void keep_log_short(Connection& connection) {
  auto& database = connection.database();
  if (connection.wal_pages() < kCheckpointPages) return;
  if (connection.wal_pages() < kForcedCheckpointPages) {
    database.tryExec("PRAGMA wal_checkpoint(PASSIVE)");
    return;
  }
  database.tryExec("PRAGMA busy_timeout=" + std::to_string(kForcedCheckpointWaitMs));
  database.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.tryExec("PRAGMA busy_timeout=" + std::to_string(kBusyTimeoutMs));
}

}  // namespace

GroupWriter::GroupWriter(ConnectionPool& connections)
    : connections_(connections), thread_([this] { run(); }) {}

GroupWriter::~GroupWriter() {
  stop();
}

void GroupWriter::push(Batch batch, Committed done, Haste haste) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back({std::move(batch), std::move(done)});
      const bool hurries = haste == Haste::kNow || waiting_.size() >= kMostHeldBack;
      const bool news = waiting_.size() == 1 || (hurries && !hurries_);
      hurries_ = hurries_ || hurries;
      if (news) wake_.notify_one();
      return;
    }
  }
  done(fail(ErrorCode::kUnavailable, "the storage is closed: the server is shutting down"));
}

void GroupWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  std::call_once(joined_, [this] { thread_.join(); });
}

void GroupWriter::add_metrics(telemetry::MetricPage& page) const {
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex_);
    waiting = waiting_.size();
  }
  meter_.add_to(page, waiting);
}

GroupWriter::Group GroupWriter::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  wake_.wait_for(lock, kHeldBack, [this] { return stopping_ || hurries_; });
  hurries_ = false;
  return std::exchange(waiting_, {});
}

void GroupWriter::run() {
  pthread_setname_np(pthread_self(), "storage-write");
  while (true) {
    auto group = take();
    if (group.empty()) return;
    const auto taken = std::chrono::steady_clock::now();
    commit(group);
    const auto failed =
        std::count_if(group.begin(), group.end(), [](const Item& item) { return !item.result; });
    meter_.committed(group.size(), static_cast<std::size_t>(failed),
                     std::chrono::steady_clock::now() - taken);
    for (auto& item : group) item.done(std::move(item.result));
    if (auto connection = connections_.lend()) keep_log_short(**connection);
  }
}

void GroupWriter::commit(Group& group) {
  const auto connection = connections_.lend();
  if (!connection) return give_all(group.begin(), group.end(), fail(connection.error()));
  if (commit_unguarded(**connection, group)) return;
  if (commit_together(**connection, group.begin(), group.end())) return;
  for (auto item = group.begin(); item != group.end(); ++item) {
    (void)commit_together(**connection, item, std::next(item));
  }
}

bool GroupWriter::commit_unguarded(Connection& connection, const Group& group) {
  if (!begin(connection)) return false;
  const auto applied = guarded(connection, [&]() -> Status {
    Squash squash;
    for (const auto& item : group) {
      for (const auto& write : item.batch) squash.add(write);
    }
    for (const auto* write : squash.writes()) {
      if (auto done = apply(connection, *write); !done) return done;
    }
    connection.label_changes().flush(connection);
    return {};
  });
  if (applied) return end(connection).has_value();
  connection.label_changes().forget();
  if (connection.in_transaction()) connection.database().tryExec("ROLLBACK");
  return false;
}

void GroupWriter::give_all(Group::iterator first, Group::iterator last, const Status& failure) {
  for (auto item = first; item != last; ++item) {
    if (item->result) item->result = failure;
  }
}

bool GroupWriter::commit_together(Connection& connection, Group::iterator first, Group::iterator last) {
  if (auto begun = begin(connection); !begun) {
    give_all(first, last, begun);
    return true;
  }
  for (auto item = first; item != last; ++item) {
    item->result = apply_batch(connection, item->batch);
    if (connection.in_transaction()) continue;
    AGENTHOST_CHECK(!item->result, "a transaction was lost without an error");
    return std::next(first) == last;
  }
  if (auto committed = end(connection); !committed) give_all(first, last, committed);
  return true;
}

}  // namespace agenthost::storage
