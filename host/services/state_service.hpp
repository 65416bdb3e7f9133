// StateService: the states of a thread: now, in the past, inside subgraphs, and changed from outside.
// Thread-safe; calls that read may block on the disk (reader threads).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/runtime/state_update.hpp"
#include "host/services/assistant_service.hpp"
#include "host/services/run_scheduler.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

// Which state: "" = of the root graph; without an id the newest there.
struct StateAddress {
  std::string checkpoint_ns;
  std::optional<std::string> checkpoint_id;
};
enum class Expand { kNothing, kSubgraphs };

class StateService {
 public:
  StateService(storage::Storage& storage, RunScheduler& scheduler, const runtime::GraphCatalog& graphs,
               std::size_t max_state_bytes);

  // ThreadState objects. Of a thread that never ran, `checkpoint` is null. kNotFound.
  [[nodiscard]] Result<std::string> get(std::string_view thread_id, const StateAddress& at, Expand expand);
  // Newest first; a filter with an id gives that one.
  [[nodiscard]] Result<std::vector<std::string>> history(std::string_view thread_id,
                                                         const storage::CheckpointFilter& filter,
                                                         const std::optional<std::string>& only);
  // Each superstep becomes a checkpoint; all or none are stored. kConflict while a run is active; kInvalid
  // "... has no graph ID" (kind "NoGraphError") or when the update does not fit. The reply, the newest one,
  // comes on a reader thread. May be called from any thread.
  using Supersteps = std::vector<std::vector<runtime::StateWrite>>;
  void update(const std::string& thread_id, const StateAddress& at, Supersteps supersteps,
              Reply<models::Checkpoint> reply);
  // Merges into the metadata of the newest checkpoint. kNotFound also when there is none.
  void merge_metadata(const std::string& thread_id, const std::string& metadata,
                      Reply<models::Checkpoint> reply);

 private:
  struct Base;
  [[nodiscard]] Result<Base> base_of(const std::string& thread_id, const StateAddress& at);
  [[nodiscard]] Result<std::optional<models::Checkpoint>> find(std::string_view thread_id,
                                                               const StateAddress& at);
  [[nodiscard]] std::string expanded(const models::Checkpoint& checkpoint);
  [[nodiscard]] models::Checkpoint shown(models::Checkpoint newest);
  [[nodiscard]] Result<storage::Batch> batch_of(const std::vector<models::Checkpoint>& made);
  void update_held(const std::string& thread_id, const StateAddress& at, Supersteps supersteps,
                   const Reply<models::Checkpoint>& answer);
  void store(const std::vector<models::Checkpoint>& made, const Reply<models::Checkpoint>& reply);

  storage::Storage& storage_;
  RunScheduler& scheduler_;
  const runtime::GraphCatalog& graphs_;
  const std::size_t max_state_bytes_;
};

}  // namespace agenthost::services
