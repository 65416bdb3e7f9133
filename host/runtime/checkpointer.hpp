// Checkpointer: where the loop puts its checkpoints. Implemented by the services on Storage, and by tests in
// memory.
#pragma once

#include <functional>

#include "host/base/error.hpp"
#include "host/models/checkpoint.hpp"

namespace agenthost::runtime {

// Thread-safe. Saves of one run are made in the order of the calls.
struct Checkpointer {
  using Saved = std::function<void(Status)>;
  virtual ~Checkpointer() = default;
  virtual void save(const models::Checkpoint& checkpoint, Saved saved) = 0;
  // The tasks of a checkpoint that was saved before.
  virtual void save_tasks(const models::Checkpoint& checkpoint, Saved saved) = 0;
};

}  // namespace agenthost::runtime
