// ThreadService: threads and their state. Thread-safe; calls that read may block on the disk (reader
// threads).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/services/assistant_service.hpp"
#include "host/services/run_scheduler.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

// A thread as the API shows it: the row and the JSON of its values ("null" before the first run, or when they
// were not asked for).
struct ThreadView {
  models::Thread thread;
  std::string values = "null";
};

// Which channels of the latest state a view carries: nullopt none, which costs no read; empty all.
using WantedValues = std::optional<std::vector<std::string>>;

class ThreadService {
 public:
  ThreadService(storage::Storage& storage, RunScheduler& scheduler, models::DefaultTtl ttl = {});

  // Without a ttl of its own the thread gets the default one.
  void create(models::Thread thread, IfExists if_exists, Reply<ThreadView> reply);
  [[nodiscard]] Result<ThreadView> get(std::string_view id);
  [[nodiscard]] Result<storage::Found<ThreadView>> search(const storage::ThreadFilter& filter,
                                                          storage::Page page, const WantedValues& values);
  [[nodiscard]] Result<int> count(const storage::ThreadFilter& filter);
  [[nodiscard]] Result<storage::ThreadUsage> usage(std::string_view id);
  void update(storage::UpdateThread change, Reply<ThreadView> reply);
  // The same for somebody who does not want to see it: nothing is read.
  void change(storage::UpdateThread change, Reply<std::monostate> reply);
  // A new thread with the state, the past and the pending interrupts of another. kConflict "Thread not
  // found".
  void copy(const std::string& id, Reply<ThreadView> reply);
  // Cancels what runs on it first, so that nothing is spent on a thread that is gone.
  void remove(const std::string& id, Reply<std::monostate> reply);
  // kDelete removes the threads, kKeepLatest their past unless they are busy. Answers how many it did that
  // to; those that do not exist are none of them.
  void prune(const std::vector<std::string>& ids, models::TtlStrategy strategy, Reply<int> reply);
  // The same for kKeepLatest alone, with the times at which they expire again.
  void keep_latest(std::vector<storage::KeepLatestCheckpoint> threads, Reply<int> reply);
  // Cancels what runs on the threads that ran the assistant last; call before they are deleted.
  void stop_runs_of(const std::string& assistant_id, std::function<void(Status)> stopped);

  // nullopt: the thread has no state yet.
  [[nodiscard]] Result<std::optional<models::Checkpoint>> state(std::string_view id);
  [[nodiscard]] Result<models::Checkpoint> state_at(std::string_view id, std::string_view ns,
                                                    std::string_view checkpoint_id);
  [[nodiscard]] Result<std::vector<models::Checkpoint>> history(std::string_view id,
                                                                const storage::CheckpointFilter& filter);
  // The JSON array of the state's `messages`, "[]" when there are none.
  [[nodiscard]] Result<std::string> messages(std::string_view id);

 private:
  [[nodiscard]] Result<ThreadView> view(models::Thread thread, const WantedValues& values);

  storage::Storage& storage_;
  RunScheduler& scheduler_;
  const models::DefaultTtl ttl_;
};

}  // namespace agenthost::services
