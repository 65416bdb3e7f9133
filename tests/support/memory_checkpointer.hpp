// A Checkpointer in memory: for tests of the loop without storage. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/base/executor.hpp"
#include "host/runtime/checkpointer.hpp"

namespace agenthost::test {

// Keeps what is saved, and answers from another thread as a disk would.
class MemoryCheckpointer final : public runtime::Checkpointer {
 public:
  explicit MemoryCheckpointer(Executor& on) : on_(on) {}

  void save(const models::Checkpoint& checkpoint, Saved saved) override {
    const std::lock_guard lock(mutex_);
    checkpoints_.push_back(checkpoint);
    if (saved) on_.post([saved = std::move(saved), status = status_] { saved(status); });
  }
  void save_step(const models::Checkpoint& before, const models::Checkpoint& after, Saved saved) override {
    save_tasks(before, {});
    save(after, std::move(saved));
  }
  void save_tasks(const models::Checkpoint& checkpoint, Saved saved) override {
    const std::lock_guard lock(mutex_);
    for (auto& known : checkpoints_) {
      if (known.checkpoint_id == checkpoint.checkpoint_id) known.tasks = checkpoint.tasks;
    }
    if (saved) on_.post([saved = std::move(saved)] { saved({}); });
  }

  void find_latest(const std::string& thread_id, const std::string& checkpoint_ns, Found found) override {
    find_newest(
        thread_id, checkpoint_ns, [](const auto&) { return true; }, std::move(found));
  }
  void find_newest(const std::string&, const std::string& checkpoint_ns, Wanted wanted,
                   Found found) override {
    std::optional<models::Checkpoint> newest;
    for (const auto& known : all()) {
      if (known.checkpoint_ns == checkpoint_ns && wanted(known)) newest = known;
    }
    on_.post([newest = std::move(newest), found = std::move(found)] { found(newest); });
  }

  void fail_with(Error error) {
    const std::lock_guard lock(mutex_);
    status_ = fail(std::move(error));
  }
  std::vector<models::Checkpoint> all() const {
    const std::lock_guard lock(mutex_);
    return checkpoints_;
  }
  // Of the root graph.
  models::Checkpoint latest() const {
    const std::lock_guard lock(mutex_);
    for (auto known = checkpoints_.rbegin(); known != checkpoints_.rend(); ++known) {
      if (known->checkpoint_ns.empty()) return *known;
    }
    return {};
  }

 private:
  Executor& on_;
  mutable std::mutex mutex_;
  Status status_;
  std::vector<models::Checkpoint> checkpoints_;
};

}  // namespace agenthost::test
