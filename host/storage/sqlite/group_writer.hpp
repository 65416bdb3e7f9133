// GroupWriter: the one thread that changes the database.
//
// It takes every batch that waits and commits them as one transaction, so that one fsync pays for all of
// them, and a row that several of them write is written once (squash.hpp). Batches that nobody waits for wait
// a moment for others. Mostly every batch is fine; when one is not, the group starts over with a savepoint
// for each, which costs a copy of every page it touches, and the bad one is undone alone. The callbacks run
// on this thread, in order, after the commit is on disk. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "host/storage/sqlite/connection_pool.hpp"
#include "host/storage/storage.hpp"
#include "host/storage/writer_meter.hpp"

namespace agenthost::storage {

class GroupWriter {
 public:
  // Borrows a connection of the pool, which must outlive it, for each group.
  explicit GroupWriter(ConnectionPool& connections);
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // After stop(): done(kUnavailable) at once, on the caller's thread.
  void push(Batch batch, Committed done, Haste haste = Haste::kNow);

  // Commits what waits, then ends the thread. Idempotent; not from a callback.
  void stop();

  void add_metrics(telemetry::MetricPage& page) const;

 private:
  struct Item {
    Batch batch;
    Committed done;
    Status result = {};
  };
  using Group = std::vector<Item>;

  void run();
  [[nodiscard]] Group take();
  void commit(Group& group);
  // The usual case. False: something failed, nothing was changed.
  [[nodiscard]] static bool commit_unguarded(Connection& connection, const Group& group);
  // False when one batch broke the transaction for all (disk full, out of memory) and the others deserve
  // another try.
  [[nodiscard]] static bool commit_together(Connection& connection, Group::iterator first,
                                            Group::iterator last);
  static void give_all(Group::iterator first, Group::iterator last, const Status& failure);

  ConnectionPool& connections_;
  WriterMeter meter_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_
  Group waiting_;
  bool hurries_ = false;  // somebody waits for one of them
  bool stopping_ = false;

  std::once_flag joined_;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace agenthost::storage
