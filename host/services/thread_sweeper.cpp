#include "host/services/thread_sweeper.hpp"

#include <string>
#include <utility>

namespace agenthost::services {
namespace {

// Few enough that the writer's other work never waits long.
constexpr int kBatch = 100;

}  // namespace

ThreadSweeper::ThreadSweeper(storage::Storage& storage, ThreadService& threads, Timers& timers,
                             telemetry::Logger& logger, std::chrono::milliseconds interval)
    : storage_(storage), threads_(threads), timers_(timers), logger_(logger), interval_(interval) {}

void ThreadSweeper::start() {
  sweep([this](const Result<int>& swept) {
    if (!swept) logger_.warn("threads", "the sweep of old threads failed: " + swept.error().text);
    if (swept && *swept > 0) logger_.info("threads", "swept " + std::to_string(*swept) + " old threads");
    again_later();
  });
}

void ThreadSweeper::stop() {
  stopped_ = true;
}

void ThreadSweeper::again_later() {
  if (stopped_) return;
  timers_.after(interval_, [this] {
    if (!stopped_) start();
  });
}

void ThreadSweeper::sweep(Reply<int> swept) {
  storage_.readers().post([this, swept = std::move(swept)] { sweep_batch(0, swept); });
}

void ThreadSweeper::sweep_batch(int so_far, const Reply<int>& swept) {
  const auto due = storage_.expired_threads(now_us(), kBatch);
  if (!due) return swept(fail(due.error()));
  if (due->empty() || stopped_) return swept(so_far);
  const bool more = due->size() == kBatch;
  sweep_these(*due, [this, so_far, more, swept](const Result<int>& done) {
    // Nothing done in a full batch would come again and again.
    if (!done || !more || *done == 0) return swept(done ? Result<int>(so_far + *done) : done);
    storage_.readers().post([this, sum = so_far + *done, swept] { sweep_batch(sum, swept); });
  });
}

void ThreadSweeper::sweep_these(const std::vector<models::Thread>& threads, const Reply<int>& swept) {
  std::vector<std::string> gone;
  std::vector<storage::KeepLatestCheckpoint> kept;
  const auto now = now_us();
  for (const auto& thread : threads) {
    if (thread.ttl && thread.ttl->strategy == models::TtlStrategy::kKeepLatest) {
      kept.push_back(
          {thread.thread_id, models::make_ttl(thread.ttl->minutes, thread.ttl->strategy, now).expires_at});
    } else {
      gone.push_back(thread.thread_id);
    }
  }
  threads_.prune(gone, models::TtlStrategy::kDelete,
                 [this, kept = std::move(kept), swept](const Result<int>& deleted) mutable {
                   if (!deleted) return swept(deleted);
                   threads_.keep_latest(std::move(kept),
                                        [deleted = *deleted, swept](const Result<int>& done) {
                                          swept(done ? Result<int>(deleted + *done) : done);
                                        });
                 });
}

}  // namespace agenthost::services
