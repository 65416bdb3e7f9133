#include "host/storage/sqlite/squash.hpp"

#include <type_traits>

#include "host/base/json.hpp"

namespace agenthost::storage {
namespace {

// These look at rows of threads, runs or checkpoints, or take them away: nothing may be moved across them.
template <class Kind>
constexpr bool kLooks = std::is_same_v<Kind, SettleThread> || std::is_same_v<Kind, DeleteThread> ||
                        std::is_same_v<Kind, CopyThread> || std::is_same_v<Kind, KeepLatestCheckpoint> ||
                        std::is_same_v<Kind, DeleteRun> || std::is_same_v<Kind, DeleteAssistant>;

template <class Value>
void take(Value& value, const std::optional<Value>& change) {
  if (change) value = *change;
}
template <class Value>
void take(std::optional<Value>& value, const std::optional<Value>& change) {
  if (change) value = change;
}

// Each returns false when the two cannot be one write.

bool absorb(InsertThread& into, const UpdateThread& change) {
  auto& thread = into.thread;
  if (change.now != 0) thread.updated_at = change.now;
  if (change.state_changed) thread.state_updated_at = change.now;
  if (change.merge_metadata) thread.metadata = merge_objects(thread.metadata, *change.merge_metadata);
  take(thread.status, change.status);
  take(thread.config, change.config);
  take(thread.interrupts, change.interrupts);
  take(thread.error, change.error);
  take(thread.ttl, change.ttl);
  return true;
}

bool absorb(UpdateThread& into, const UpdateThread& change) {
  // One write has one moment for both times.
  if (into.state_changed && !change.state_changed && change.now != 0) return false;
  if (change.now != 0) into.now = change.now;
  into.state_changed = into.state_changed || change.state_changed;
  if (change.merge_metadata) {
    into.merge_metadata = into.merge_metadata ? merge_objects(*into.merge_metadata, *change.merge_metadata)
                                              : *change.merge_metadata;
  }
  take(into.status, change.status);
  take(into.config, change.config);
  take(into.interrupts, change.interrupts);
  take(into.error, change.error);
  take(into.ttl, change.ttl);
  return true;
}

bool absorb(InsertRun& into, const UpdateRun& change) {
  auto& run = into.run;
  run.updated_at = change.now;
  take(run.status, change.status);
  take(run.attempts, change.attempts);
  take(run.error, change.error);
  take(run.cancel_reason, change.cancel_reason);
  return true;
}

bool absorb(UpdateRun& into, const UpdateRun& change) {
  into.now = change.now;
  take(into.status, change.status);
  take(into.attempts, change.attempts);
  take(into.error, change.error);
  take(into.cancel_reason, change.cancel_reason);
  return true;
}

// Copies of a thread have checkpoints of the same ids.
template <class Checkpoint>
bool is_of(const Checkpoint& checkpoint, const UpdateCheckpointTasks& change) {
  return checkpoint.thread_id == change.thread_id && checkpoint.checkpoint_ns == change.checkpoint_ns;
}

bool absorb(InsertCheckpoint& into, const UpdateCheckpointTasks& change) {
  if (!is_of(into.checkpoint, change)) return false;
  into.checkpoint.tasks = change.tasks;
  return true;
}

bool absorb(UpdateCheckpointTasks& into, const UpdateCheckpointTasks& change) {
  if (!is_of(into, change)) return false;
  into.tasks = change.tasks;
  return true;
}

template <class Into, class Change>
bool absorb(Into&, const Change&) {
  return false;
}

}  // namespace

void Squash::add(const Write& write) {
  std::visit([&](const auto& kind) { take(write, kind); }, write);
}

template <class Kind>
void Squash::take(const Write& write, const Kind& kind) {
  if constexpr (std::is_same_v<Kind, InsertThread>) {
    open(threads_, kind.thread.thread_id, write);
  } else if constexpr (std::is_same_v<Kind, UpdateThread>) {
    change(threads_, kind.thread_id, write, kind);
  } else if constexpr (std::is_same_v<Kind, InsertRun>) {
    open(runs_, kind.run.run_id, write);
  } else if constexpr (std::is_same_v<Kind, UpdateRun>) {
    change(runs_, kind.run_id, write, kind);
  } else if constexpr (std::is_same_v<Kind, InsertCheckpoint>) {
    open(checkpoints_, kind.checkpoint.checkpoint_id, write);
  } else if constexpr (std::is_same_v<Kind, UpdateCheckpointTasks>) {
    change(checkpoints_, kind.checkpoint_id, write, kind);
  } else {
    writes_.push_back(&write);
    if constexpr (kLooks<Kind>) {
      for (auto* rows : {&threads_, &runs_, &checkpoints_}) rows->clear();
    }
  }
}

void Squash::open(Rows& rows, std::string_view id, const Write& write) {
  rows[id] = {writes_.size()};
  writes_.push_back(&write);
}

template <class Change>
void Squash::change(Rows& rows, std::string_view id, const Write& write, const Change& change) {
  const auto found = rows.find(id);
  if (found == rows.end()) return open(rows, id, write);
  auto& row = found->second;
  if (row.copy == nullptr) {
    row.copy = &copies_.emplace_back(*writes_[row.index]);
    writes_[row.index] = row.copy;
  }
  const bool absorbed = std::visit([&](auto& into) { return absorb(into, change); }, *row.copy);
  if (!absorbed) open(rows, id, write);
}

}  // namespace agenthost::storage
