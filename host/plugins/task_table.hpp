// TaskTable: turns the agent_task* a plugin holds into the Task it stands for, or into nothing.
//
// The pointer is no memory: it is a plugin number, a slot and the slot's generation, so a handle that is
// stale, made up or another plugin's is refused instead of followed. Slots are reused with a new generation.
// Real addresses have their top bits clear and plugin numbers start at 1, so a stray pointer never names a
// plugin. Thread-safe: slots are spread over shards with a lock each.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "agenthost/agent_plugin.h"

namespace agenthost::plugins {

class Task;

inline constexpr unsigned kPluginNumberBits = 12;

// The plugin number inside a handle; 0 for null and for addresses.
[[nodiscard]] unsigned plugin_number_of(const void* handle);
// The handle of a plugin itself (agent_host*).
[[nodiscard]] agent_host* host_handle(unsigned plugin_number);

class TaskTable {
 public:
  explicit TaskTable(unsigned plugin_number) : plugin_number_(plugin_number) {}

  // The handle for task, or nullptr when the table is full (about eight million tasks) or closed.
  [[nodiscard]] agent_task* insert(std::shared_ptr<Task> task);
  [[nodiscard]] std::shared_ptr<Task> find(const agent_task* handle);
  // Removes the task: of all callers with one handle exactly one gets it, the others get nullptr.
  [[nodiscard]] std::shared_ptr<Task> take(const agent_task* handle);
  // Removes and returns every task; insert is refused from now on.
  [[nodiscard]] std::vector<std::shared_ptr<Task>> close();
  [[nodiscard]] std::size_t size() const;

 private:
  struct Slot {
    std::uint32_t generation = 1;
    std::shared_ptr<Task> task;
  };
  struct alignas(64) Shard {  // a cache line of its own: neighbours must not contend
    mutable std::mutex mutex;
    // Guarded by mutex
    std::vector<Slot> slots;
    std::vector<std::uint32_t> free;
    bool closed = false;
  };
  static constexpr unsigned kShardBits = 5;

  static Slot* live_slot(Shard& shard, std::uint64_t handle);
  [[nodiscard]] Shard& shard_of(std::uint64_t handle);

  // Constant after construction
  const unsigned plugin_number_;
  // Own synchronisation
  std::array<Shard, 1U << kShardBits> shards_;
  std::atomic<unsigned> next_shard_{0};
};

}  // namespace agenthost::plugins
