#include "host/services/run_journal.hpp"

namespace agenthost::services {

RunJournal::RunJournal(storage::Storage& storage) : storage_(storage) {}

void RunJournal::save(const models::Checkpoint& checkpoint, Saved saved) {
  write(storage::InsertCheckpoint{checkpoint}, std::move(saved));
}

void RunJournal::save_tasks(const models::Checkpoint& checkpoint, Saved saved) {
  write(storage::UpdateCheckpointTasks{checkpoint.thread_id, checkpoint.checkpoint_ns,
                                       checkpoint.checkpoint_id, checkpoint.tasks},
        std::move(saved));
}

void RunJournal::write(storage::Write write, Saved saved) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  storage_.write(std::move(batch), [state = state_, saved = std::move(saved)](const Status& status) {
    if (!status) {
      const std::lock_guard lock(state->mutex);
      if (!state->failure) state->failure = status.error();
    }
    saved(status);
  });
}

std::optional<Error> RunJournal::failure() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failure;
}

}  // namespace agenthost::services
