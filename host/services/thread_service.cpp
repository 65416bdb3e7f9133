#include "host/services/thread_service.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>

namespace agenthost::services {
namespace {
storage::Batch one(storage::Write write) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  return batch;
}

constexpr int kAll = std::numeric_limits<int>::max();

// Counts the ends of several writes and tells when the last is there. Thread-safe.
class Tally {
 public:
  Tally(std::size_t expected, Reply<int> reply) : left_(expected), reply_(std::move(reply)) {}

  // What is missing or busy is left out; other failures are the whole's.
  void add(const Status& done) {
    std::unique_lock lock(mutex_);
    if (done) ++done_;
    const auto code = done ? ErrorCode::kUnknown : done.error().code;
    if (!done && code != ErrorCode::kNotFound && code != ErrorCode::kConflict) failure_ = done;
    if (--left_ > 0) return;
    lock.unlock();
    reply_(failure_ ? Result<int>(done_) : fail(failure_.error()));
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_
  std::size_t left_;
  int done_ = 0;
  Status failure_;

  const Reply<int> reply_;
};

}  // namespace

ThreadService::ThreadService(storage::Storage& storage, RunScheduler& scheduler, models::DefaultTtl ttl)
    : storage_(storage), scheduler_(scheduler), ttl_(ttl) {}

void ThreadService::create(models::Thread thread, IfExists if_exists, Reply<ThreadView> reply) {
  if (!thread.ttl) thread.ttl = make_ttl(ttl_, thread.created_at);
  auto row = thread;
  storage_.write(one(storage::InsertThread{std::move(row)}),
                 [this, thread = std::move(thread), if_exists, reply](const Status& written) {
                   if (written) return reply(ThreadView{thread});
                   const bool there = written.error().code == ErrorCode::kAlreadyExists;
                   if (!there || if_exists == IfExists::kRaise) return reply(fail(written.error()));
                   storage_.readers().post([this, id = thread.thread_id, reply] { reply(get(id)); });
                 });
}

Result<ThreadView> ThreadService::view(models::Thread thread, const WantedValues& values) {
  ThreadView result{std::move(thread)};
  if (!values) return result;
  auto latest = storage_.latest_values(result.thread.thread_id, *values);
  if (!latest) return fail(latest.error());
  if (*latest) result.values = std::move(**latest);
  return result;
}

Result<ThreadView> ThreadService::get(std::string_view id) {
  auto thread = storage_.thread(id);
  if (!thread) return fail(thread.error());
  return view(std::move(*thread), WantedValues::value_type{});
}

Result<storage::Found<ThreadView>> ThreadService::search(const storage::ThreadFilter& filter,
                                                         storage::Page page, const WantedValues& values) {
  auto threads = storage_.threads(filter, page);
  if (!threads) return fail(threads.error());
  storage::Found<ThreadView> found;
  found.total = threads->total;
  for (auto& thread : threads->rows) {
    auto row = view(std::move(thread), values);
    if (!row) return fail(row.error());
    found.rows.push_back(std::move(*row));
  }
  return found;
}

Result<int> ThreadService::count(const storage::ThreadFilter& filter) {
  const auto found = storage_.threads(filter, {0, 0});
  if (!found) return fail(found.error());
  return found->total;
}

Result<storage::ThreadUsage> ThreadService::usage(std::string_view id) {
  return storage_.thread_usage(id);
}

void ThreadService::update(storage::UpdateThread change, Reply<ThreadView> reply) {
  const auto id = change.thread_id;
  storage_.write(one(std::move(change)), [this, id, reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    storage_.readers().post([this, id, reply] { reply(get(id)); });
  });
}

void ThreadService::change(storage::UpdateThread change, Reply<std::monostate> reply) {
  storage_.write(one(std::move(change)), [reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    reply(std::monostate{});
  });
}

void ThreadService::copy(const std::string& id, Reply<ThreadView> reply) {
  const auto now = now_us();
  storage::CopyThread copy{id, new_uuid7(), now, make_ttl(ttl_, now)};
  const auto made = copy.thread_id;
  storage_.write(one(std::move(copy)), [this, made, reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    storage_.readers().post([this, made, reply] { reply(get(made)); });
  });
}

void ThreadService::remove(const std::string& id, Reply<std::monostate> reply) {
  scheduler_.drain_thread(id, [this, id, reply] {
    storage_.write(one(storage::DeleteThread{id}), [this, id, reply](const Status& written) {
      scheduler_.release_thread(id);
      if (!written) return reply(fail(written.error()));
      reply(std::monostate{});
    });
  });
}

void ThreadService::keep_latest(std::vector<storage::KeepLatestCheckpoint> threads, Reply<int> reply) {
  if (threads.empty()) return reply(0);
  // Shared because: each write reports to it.
  const auto tally = std::make_shared<Tally>(threads.size(), std::move(reply));
  for (auto& thread : threads) {
    storage_.write(one(std::move(thread)), [tally](const Status& kept) { tally->add(kept); });
  }
}

void ThreadService::prune(const std::vector<std::string>& ids, models::TtlStrategy strategy,
                          Reply<int> reply) {
  if (strategy == models::TtlStrategy::kKeepLatest) {
    std::vector<storage::KeepLatestCheckpoint> threads;
    threads.reserve(ids.size());
    for (const auto& id : ids) threads.push_back({id});
    return keep_latest(std::move(threads), std::move(reply));
  }
  if (ids.empty()) return reply(0);
  const auto tally = std::make_shared<Tally>(ids.size(), std::move(reply));
  for (const auto& id : ids) {
    remove(id, [tally](const Result<std::monostate>& removed) {
      tally->add(removed ? Status{} : fail(removed.error()));
    });
  }
}

void ThreadService::stop_runs_of(const std::string& assistant_id, std::function<void(Status)> stopped) {
  storage::ThreadFilter busy;
  busy.metadata_contains = "{\"assistant_id\":" + quote(assistant_id) + "}";
  busy.status = models::ThreadStatus::kBusy;
  const auto found = storage_.threads(busy, {kAll, 0});
  if (!found) return stopped(fail(found.error()));
  if (found->rows.empty()) return stopped({});
  const auto tally = std::make_shared<Tally>(
      found->rows.size(), [stopped = std::move(stopped)](const Result<int>&) { stopped({}); });
  for (const auto& thread : found->rows) {
    scheduler_.drain_thread(thread.thread_id, [this, id = thread.thread_id, tally] {
      scheduler_.release_thread(id);
      tally->add({});
    });
  }
}

Result<std::optional<models::Checkpoint>> ThreadService::state(std::string_view id) {
  if (const auto thread = storage_.thread(id); !thread) return fail(thread.error());
  return storage_.latest_checkpoint(id, "");
}

Result<models::Checkpoint> ThreadService::state_at(std::string_view id, std::string_view ns,
                                                   std::string_view checkpoint_id) {
  if (const auto thread = storage_.thread(id); !thread) return fail(thread.error());
  return storage_.checkpoint(id, ns, checkpoint_id);
}

Result<std::vector<models::Checkpoint>> ThreadService::history(std::string_view id,
                                                               const storage::CheckpointFilter& filter) {
  if (const auto thread = storage_.thread(id); !thread) return fail(thread.error());
  return storage_.history(id, filter);
}

Result<std::string> ThreadService::messages(std::string_view id) {
  const auto checkpoint = state(id);
  if (!checkpoint) return fail(checkpoint.error());
  if (!*checkpoint) return std::string("[]");
  const auto& channels = (*checkpoint)->channels;
  const auto found = std::find_if(channels.begin(), channels.end(),
                                  [](const auto& value) { return value.channel == "messages"; });
  return found == channels.end() ? std::string("[]") : *found->value;
}

}  // namespace agenthost::services
