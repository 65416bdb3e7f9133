// Checkpointer: where the loop puts its checkpoints and finds those of the graphs inside a graph. Implemented
// by the services on Storage, and by tests in memory.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "host/base/error.hpp"
#include "host/models/checkpoint.hpp"

namespace agenthost::runtime {

// Thread-safe. Saves of one run are made in the order of the calls; one without `saved` is waited for by
// nobody, so it may take a moment.
struct Checkpointer {
  using Saved = std::function<void(Status)>;
  using Found = std::function<void(Result<std::optional<models::Checkpoint>>)>;
  using Wanted = std::function<bool(const models::Checkpoint&)>;
  virtual ~Checkpointer() = default;
  virtual void save(const models::Checkpoint& checkpoint, Saved saved) = 0;
  // A step that was taken: the tasks of `before`, which was saved, as they ended, and what they led to. Both
  // or neither.
  virtual void save_step(const models::Checkpoint& before, const models::Checkpoint& after, Saved saved) = 0;
  // The tasks of a checkpoint that was saved before.
  virtual void save_tasks(const models::Checkpoint& checkpoint, Saved saved) = 0;
  // The newest checkpoint of a namespace of a thread, after every save so far; called from any thread.
  virtual void find_latest(const std::string& thread_id, const std::string& checkpoint_ns, Found found) = 0;
  // The newest that is wanted; the same otherwise.
  virtual void find_newest(const std::string& thread_id, const std::string& checkpoint_ns, Wanted wanted,
                           Found found) = 0;
};

}  // namespace agenthost::runtime
