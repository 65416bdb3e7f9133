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

// A thread as the API shows it: the row and the JSON of its values ("null" before the first run).
struct ThreadView {
  models::Thread thread;
  std::string values = "null";
};

class ThreadService {
 public:
  ThreadService(storage::Storage& storage, RunScheduler& scheduler);

  void create(models::Thread thread, IfExists if_exists, Reply<ThreadView> reply);
  [[nodiscard]] Result<ThreadView> get(std::string_view id);
  [[nodiscard]] Result<storage::Found<ThreadView>> search(const storage::ThreadFilter& filter,
                                                          storage::Page page);
  void merge_metadata(const std::string& id, std::string metadata, Reply<ThreadView> reply);
  // Cancels what runs on it first, so that nothing is spent on a thread that is gone.
  void remove(const std::string& id, Reply<std::monostate> reply);

  // nullopt: the thread has no state yet.
  [[nodiscard]] Result<std::optional<models::Checkpoint>> state(std::string_view id);
  [[nodiscard]] Result<models::Checkpoint> state_at(std::string_view id, std::string_view ns,
                                                    std::string_view checkpoint_id);
  [[nodiscard]] Result<std::vector<models::Checkpoint>> history(std::string_view id,
                                                                const storage::CheckpointFilter& filter);
  // The JSON array of the state's `messages`, "[]" when there are none.
  [[nodiscard]] Result<std::string> messages(std::string_view id);

 private:
  [[nodiscard]] Result<ThreadView> view(models::Thread thread);

  storage::Storage& storage_;
  RunScheduler& scheduler_;
};

}  // namespace agenthost::services
