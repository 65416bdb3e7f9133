// group_commit FILE CLIENTS BYTES SECONDS: how many durable commits this machine's disk and SQLite allow.
//
// No code of ours is under test: CLIENTS threads each insert BYTES and wait until their insert is on disk;
// one writer commits whatever waits as one transaction (WAL, synchronous=FULL). What it prints is the ceiling
// for durable runs.
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kCheckpointPages = 1'000;

void require(int code, sqlite3* database, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(database));
  std::exit(1);
}

// One client's place in the queue.
struct Ticket {
  std::mutex mutex;
  std::condition_variable wake;
  // Guarded by mutex
  bool committed = false;
};

class Writer {
 public:
  Writer(const std::string& file, std::size_t bytes) : payload_(bytes, 'x') {
    require(sqlite3_open(file.c_str(), &database_), database_, "open");
    execute(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
        "CREATE TABLE IF NOT EXISTS payloads (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)");
    require(sqlite3_prepare_v2(database_, "INSERT INTO payloads (payload) VALUES (?)", -1, &insert_, nullptr),
            database_, "prepare");
    sqlite3_wal_hook(
        database_,
        [](void* pages, sqlite3*, const char*, int count) {
          *static_cast<int*>(pages) = count;
          return SQLITE_OK;
        },
        &wal_pages_);
    thread_ = std::thread([this] { run(); });
  }
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Returns when the payload is on disk.
  void commit(Ticket& ticket) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(&ticket);
    }
    wake_.notify_one();
    std::unique_lock lock(ticket.mutex);
    ticket.wake.wait(lock, [&] { return ticket.committed; });
    ticket.committed = false;
  }
  [[nodiscard]] long transactions() const { return transactions_; }

 private:
  void execute(const char* sql) {
    require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), database_, sql);
  }

  void run() {
    std::vector<Ticket*> group;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        group.swap(waiting_);
      }
      commit_group(group);
      group.clear();
      if (wal_pages_ >= kCheckpointPages) execute("PRAGMA wal_checkpoint(PASSIVE)");
    }
  }

  void commit_group(const std::vector<Ticket*>& group) {
    execute("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < group.size(); ++i) {
      sqlite3_bind_text(insert_, 1, payload_.data(), static_cast<int>(payload_.size()), SQLITE_STATIC);
      require(sqlite3_step(insert_), database_, "insert");
      sqlite3_reset(insert_);
    }
    execute("COMMIT");
    ++transactions_;
    for (auto* ticket : group) {
      // Notified under the lock: the client may go away as soon as it sees the flag.
      const std::lock_guard lock(ticket->mutex);
      ticket->committed = true;
      ticket->wake.notify_one();
    }
  }

  const std::string payload_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  int wal_pages_ = 0;
  std::atomic<long> transactions_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_
  std::vector<Ticket*> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses everything above
};

// Commits of all clients.
long run_clients(Writer& writer, int clients, Clock::time_point end) {
  std::atomic<long> commits = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      Ticket ticket;
      long own = 0;
      for (; Clock::now() < end; ++own) writer.commit(ticket);
      commits += own;
    });
  }
  for (auto& thread : threads) thread.join();
  return commits;
}

}  // namespace

int main(int argc, char** argv) {
  const int clients = argc == 5 ? std::atoi(argv[2]) : 0;
  const long bytes = argc == 5 ? std::atol(argv[3]) : 0;
  const double seconds = argc == 5 ? std::atof(argv[4]) : 0;
  if (clients < 1 || bytes < 1 || seconds <= 0) {
    std::fprintf(stderr, "usage: group_commit FILE CLIENTS BYTES SECONDS\n");
    return 2;
  }
  Writer writer(argv[1], static_cast<std::size_t>(bytes));
  const auto start = Clock::now();
  const auto span = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const long commits = run_clients(writer, clients, start + span);
  const double took = std::chrono::duration<double>(Clock::now() - start).count();
  const long transactions = writer.transactions();
  std::printf(
      "{\"clients\":%d,\"bytes\":%ld,\"seconds\":%.2f,\"commits_per_s\":%.0f,\"transactions_per_s\":%.0f,"
      "\"commits_per_transaction\":%.1f}\n",
      clients, bytes, took, static_cast<double>(commits) / took, static_cast<double>(transactions) / took,
      static_cast<double>(commits) / static_cast<double>(transactions));
  return 0;
}
