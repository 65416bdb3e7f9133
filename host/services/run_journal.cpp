#include "host/services/run_journal.hpp"

#include <algorithm>

namespace agenthost::services {

RunJournal::RunJournal(storage::Storage& storage) : storage_(storage) {}

namespace {

storage::Write tasks_of(const models::Checkpoint& checkpoint) {
  return storage::UpdateCheckpointTasks{checkpoint.thread_id, checkpoint.checkpoint_ns,
                                        checkpoint.checkpoint_id, checkpoint.tasks};
}

Result<std::optional<models::Checkpoint>> newest(storage::Storage& storage, const std::string& thread_id,
                                                 storage::CheckpointFilter filter,
                                                 const runtime::Checkpointer::Wanted& wanted) {
  constexpr int kPage = 100;
  filter.limit = kPage;
  while (true) {
    auto page = storage.history(thread_id, filter);
    if (!page) return fail(page.error());
    const auto found = std::find_if(page->begin(), page->end(), wanted);
    if (found != page->end()) return std::optional(std::move(*found));
    if (page->size() < kPage) return std::optional<models::Checkpoint>();
    filter.before = page->back().checkpoint_id;
  }
}

}  // namespace

void RunJournal::save(const models::Checkpoint& checkpoint, Saved saved) {
  storage::Batch batch;
  batch.push_back(storage::InsertCheckpoint{checkpoint});
  write(std::move(batch), std::move(saved));
}

void RunJournal::save_step(const models::Checkpoint& before, const models::Checkpoint& after, Saved saved) {
  storage::Batch batch;
  batch.push_back(tasks_of(before));
  batch.push_back(storage::InsertCheckpoint{after});
  write(std::move(batch), std::move(saved));
}

void RunJournal::save_tasks(const models::Checkpoint& checkpoint, Saved saved) {
  storage::Batch batch;
  batch.push_back(tasks_of(checkpoint));
  write(std::move(batch), std::move(saved));
}

void RunJournal::find_latest(const std::string& thread_id, const std::string& checkpoint_ns, Found found) {
  find([thread_id,
        checkpoint_ns](auto& storage) { return storage.latest_checkpoint(thread_id, checkpoint_ns); },
       std::move(found));
}

void RunJournal::find_newest(const std::string& thread_id, const std::string& checkpoint_ns, Wanted wanted,
                             Found found) {
  find([thread_id, checkpoint_ns, wanted = std::move(wanted)](
           auto& storage) { return newest(storage, thread_id, {checkpoint_ns}, wanted); },
       std::move(found));
}

// An empty write comes back when everything queued before it is on disk.
void RunJournal::find(Find find, Found found) {
  auto& storage = storage_;
  storage.write({}, [&storage, find = std::move(find), found = std::move(found)](const Status& flushed) {
    if (!flushed) return found(fail(flushed.error()));
    storage.readers().post([&storage, find, found] { found(find(storage)); });
  });
}

void RunJournal::write(storage::Batch batch, Saved saved) {
  const auto haste = saved ? storage::Haste::kNow : storage::Haste::kSoon;
  auto written = [state = state_, saved = std::move(saved)](const Status& status) {
    if (!status) {
      const std::lock_guard lock(state->mutex);
      if (!state->failure) state->failure = status.error();
    }
    if (saved) saved(status);
  };
  storage_.write(std::move(batch), std::move(written), haste);
}

std::optional<Error> RunJournal::failure() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failure;
}

}  // namespace agenthost::services
