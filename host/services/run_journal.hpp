// RunJournal: puts the checkpoints of one run into storage, in order. Thread-safe.
//
// Whoever stores the run's outcome behind them asks failure() once that is committed: storage keeps the
// order, so by then every checkpoint is on disk or known to be lost.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "host/runtime/checkpointer.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

class RunJournal final : public runtime::Checkpointer {
 public:
  explicit RunJournal(storage::Storage& storage);

  void save(const models::Checkpoint& checkpoint, Saved saved) override;
  void save_step(const models::Checkpoint& before, const models::Checkpoint& after, Saved saved) override;
  void save_tasks(const models::Checkpoint& checkpoint, Saved saved) override;
  void find_latest(const std::string& thread_id, const std::string& checkpoint_ns, Found found) override;
  void find_newest(const std::string& thread_id, const std::string& checkpoint_ns, Wanted wanted,
                   Found found) override;

  [[nodiscard]] std::optional<Error> failure() const;

 private:
  using Find = std::function<Result<std::optional<models::Checkpoint>>(storage::Storage&)>;
  // Once everything queued before it is on disk.
  void find(Find find, Found found);
  struct State {
    mutable std::mutex mutex;
    // Guarded by mutex
    std::optional<Error> failure;
  };

  void write(storage::Batch batch, Saved saved);

  storage::Storage& storage_;
  // Shared because: a commit may be reported after the run is gone.
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace agenthost::services
