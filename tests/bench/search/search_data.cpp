#include "tests/bench/search/search_data.hpp"

#include <cstdio>
#include <future>

#include "host/storage/sqlite/sqlite_storage.hpp"

namespace agenthost::bench {
namespace {

using namespace storage;

constexpr Micros kStart = 1'600'000'000'000'000;
constexpr Micros kMinute = 60'000'000;
constexpr int kBatch = 5'000;
constexpr int kUnchangedChannels = 20;

// The same for the same number; neighbours are far apart.
unsigned scattered(int n) {
  auto x = static_cast<unsigned>(n) * 2'654'435'761U;
  x ^= x >> 15U;
  x *= 2'246'822'519U;
  return x ^ (x >> 13U);
}

std::string uuid(unsigned group, unsigned number) {
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-7000-8000-%012x", number, group,
                scattered(static_cast<int>(number)));
  return text;
}

// One thread in a hundred is changed long after it was made.
Micros updated_after(int n) {
  return scattered(n + 1) % 100 == 0 ? static_cast<Micros>(scattered(n + 2) % 500'000) * kMinute
                                     : kMinute / 2;
}

models::ThreadStatus status_of(int n) {
  const auto one_in_a_thousand = scattered(n + 3) % 1'000;
  if (one_in_a_thousand == 0) return models::ThreadStatus::kBusy;
  if (one_in_a_thousand < 20) return models::ThreadStatus::kInterrupted;
  return one_in_a_thousand < 30 ? models::ThreadStatus::kError : models::ThreadStatus::kIdle;
}

// legacy: only the oldest tenth.
std::string metadata_of(int n, int threads) {
  return R"({"owner":")" + owner_of(n) + R"(","assistant_id":")" + assistant_of(n) + R"(","team":")" +
         team_of(n) + R"(","graph_id":")" + graph_of(n) + R"(","region":")" + region_of(n) + R"(","plan":")" +
         plan_of(n) + R"(","project":{"id":)" + std::to_string(scattered(n + 4) % 1'000) +
         R"(,"stage":"live"})" + (n < threads / 10 ? R"(,"legacy":true})" : "}");
}

models::Thread thread_of(int n, int threads) {
  models::Thread thread;
  thread.thread_id = uuid(1, static_cast<unsigned>(n));
  thread.created_at = kStart + n * kMinute;
  thread.updated_at = thread.created_at + updated_after(n);
  thread.state_updated_at = thread.updated_at;
  thread.metadata = metadata_of(n, threads);
  thread.status = status_of(n);
  return thread;
}

Status commit(Storage& storage, Batch batch) {
  std::promise<Status> done;
  storage.write(std::move(batch), [&](Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

Status add_threads(Storage& storage, int threads) {
  for (int first = 0; first < threads; first += kBatch) {
    Batch batch;
    for (int n = first; n < std::min(first + kBatch, threads); ++n)
      batch.push_back(InsertThread{thread_of(n, threads)});
    if (auto done = commit(storage, std::move(batch)); !done) return done;
  }
  return {};
}

// One channel changes at every step, twenty never do.
models::Checkpoint checkpoint_of(int step) {
  models::Checkpoint checkpoint;
  checkpoint.thread_id = kLongThread;
  checkpoint.checkpoint_id = uuid(2, static_cast<unsigned>(step));
  checkpoint.parent_id = step == 0 ? "" : uuid(2, static_cast<unsigned>(step - 1));
  checkpoint.step = step;
  checkpoint.source = "loop";
  checkpoint.metadata = R"({"source":"loop","step":)" + std::to_string(step) + "}";
  checkpoint.channels.push_back({"messages", step + 1, make_blob('"' + std::string(500, 'x') + '"')});
  for (int i = 0; i < kUnchangedChannels; ++i)
    checkpoint.channels.push_back({"k" + std::to_string(i), 1, make_blob("0")});
  return checkpoint;
}

Status add_long_thread(Storage& storage) {
  models::Thread thread;
  thread.thread_id = kLongThread;
  Batch batch;
  batch.push_back(InsertThread{thread});
  for (int step = 0; step < kCheckpoints; ++step) batch.push_back(InsertCheckpoint{checkpoint_of(step)});
  return commit(storage, std::move(batch));
}

}  // namespace

std::string owner_of(int n) {
  return "user-" + std::to_string(scattered(n) % 50'000);
}
std::string assistant_of(int n) {
  return uuid(3, scattered(n + 5) % 50);
}
std::string team_of(int n) {
  return "team-" + std::to_string(scattered(n + 6) % 200);
}
std::string graph_of(int n) {
  return "graph-" + std::to_string(scattered(n + 7) % 5);
}
std::string region_of(int n) {
  return scattered(n + 8) % 2 == 0 ? "eu" : "us";
}
std::string plan_of(int n) {
  return scattered(n + 9) % 10 == 0 ? "paid" : "free";
}

Status build(const std::filesystem::path& file, int threads) {
  auto storage = open_sqlite({file, 1});
  if (!storage) return fail(storage.error());
  const auto counts = (*storage)->counts();
  if (!counts) return fail(counts.error());
  if (counts->threads == threads + 1) return {};
  if (counts->threads != 0)
    return fail(ErrorCode::kInvalid,
                file.string() + ": holds something else: delete it or name another file");
  if (auto added = add_threads(**storage, threads); !added) return added;
  return add_long_thread(**storage);
}

}  // namespace agenthost::bench
