#include "host/plugins/task_table.hpp"

#include <utility>

#include "host/plugins/task.hpp"

namespace agenthost::plugins {
namespace {

// From the top: plugin number, generation, slot, shard, and a 1 that no aligned address has.
constexpr unsigned kTagBits = 1;
constexpr unsigned kShardShift = kTagBits;
constexpr unsigned kShardWidth = 5;
constexpr unsigned kSlotShift = kShardShift + kShardWidth;
constexpr unsigned kSlotWidth = 18;
constexpr unsigned kGenerationShift = kSlotShift + kSlotWidth;
constexpr unsigned kGenerationWidth = 28;
constexpr unsigned kPluginShift = kGenerationShift + kGenerationWidth;
static_assert(kPluginShift + kPluginNumberBits == 64);
static_assert(sizeof(void*) == 8, "handles need 64-bit pointers");

constexpr std::uint64_t field(std::uint64_t handle, unsigned shift, unsigned width) {
  return (handle >> shift) & ((std::uint64_t{1} << width) - 1);
}

std::uint64_t bits(const void* handle) {
  return reinterpret_cast<std::uint64_t>(handle);
}

// A slot's generation never is 0, so that a handle with generation 0 is never valid (it stands for the plugin
// itself).
std::uint32_t next_generation(std::uint32_t generation) {
  const auto next = (generation + 1) & ((1U << kGenerationWidth) - 1);
  return next == 0 ? 1 : next;
}

}  // namespace

unsigned plugin_number_of(const void* handle) {
  const auto value = bits(handle);
  return (value & 1U) == 0 ? 0 : static_cast<unsigned>(field(value, kPluginShift, kPluginNumberBits));
}

agent_host* host_handle(unsigned plugin_number) {
  return reinterpret_cast<agent_host*>((std::uint64_t{plugin_number} << kPluginShift) | 1U);
}

TaskTable::Shard& TaskTable::shard_of(std::uint64_t handle) {
  static_assert(kShardWidth == kShardBits);
  return shards_[field(handle, kShardShift, kShardWidth)];
}

agent_task* TaskTable::insert(std::shared_ptr<Task> task) {
  const std::uint64_t shard_index = next_shard_.fetch_add(1, std::memory_order_relaxed) % shards_.size();
  auto& shard = shards_[shard_index];
  const std::lock_guard lock(shard.mutex);
  if (shard.closed) return nullptr;
  if (shard.free.empty()) {
    if (shard.slots.size() == std::size_t{1} << kSlotWidth) return nullptr;
    // Room for every slot beforehand: take() must not fail for want of memory.
    if (shard.free.capacity() <= shard.slots.size()) shard.free.reserve(2 * shard.slots.size() + 16);
    shard.free.push_back(static_cast<std::uint32_t>(shard.slots.size()));
    shard.slots.emplace_back();
  }
  const std::uint64_t index = shard.free.back();
  shard.free.pop_back();
  auto& slot = shard.slots[index];
  slot.task = std::move(task);
  return reinterpret_cast<agent_task*>((std::uint64_t{plugin_number_} << kPluginShift) |
                                       (std::uint64_t{slot.generation} << kGenerationShift) |
                                       (index << kSlotShift) | (shard_index << kShardShift) | 1U);
}

TaskTable::Slot* TaskTable::live_slot(Shard& shard, std::uint64_t handle) {
  const auto index = field(handle, kSlotShift, kSlotWidth);
  if (index >= shard.slots.size()) return nullptr;
  auto& slot = shard.slots[index];
  const bool current = slot.generation == field(handle, kGenerationShift, kGenerationWidth);
  return current && slot.task != nullptr ? &slot : nullptr;
}

std::shared_ptr<Task> TaskTable::find(const agent_task* handle) {
  if (plugin_number_of(handle) != plugin_number_) return nullptr;
  auto& shard = shard_of(bits(handle));
  const std::lock_guard lock(shard.mutex);
  const auto* slot = live_slot(shard, bits(handle));
  return slot == nullptr ? nullptr : slot->task;
}

std::shared_ptr<Task> TaskTable::take(const agent_task* handle) {
  if (plugin_number_of(handle) != plugin_number_) return nullptr;
  auto& shard = shard_of(bits(handle));
  const std::lock_guard lock(shard.mutex);
  auto* slot = live_slot(shard, bits(handle));
  if (slot == nullptr) return nullptr;
  slot->generation = next_generation(slot->generation);
  shard.free.push_back(static_cast<std::uint32_t>(field(bits(handle), kSlotShift, kSlotWidth)));
  return std::move(slot->task);
}

std::vector<std::shared_ptr<Task>> TaskTable::close() {
  std::vector<std::shared_ptr<Task>> tasks;
  for (auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.closed = true;
    for (auto& slot : shard.slots) {
      if (slot.task != nullptr) tasks.push_back(std::move(slot.task));
    }
    shard.slots.clear();
    shard.free.clear();
  }
  return tasks;
}

std::size_t TaskTable::size() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.slots.size() - shard.free.size();
  }
  return count;
}

}  // namespace agenthost::plugins
