// AssistantService: assistants and their versions; every graph has a system assistant. Thread-safe; calls
// that read may block on the disk (reader threads), `cached` never does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/runtime/graph_catalog.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

enum class IfExists { kRaise, kDoNothing };

template <class T>
using Reply = std::function<void(Result<T>)>;

class AssistantService {
 public:
  AssistantService(storage::Storage& storage, const runtime::GraphCatalog& graphs);

  // Creates the system assistants that are missing; call at the start and whenever graphs have come. Calls
  // back when they are stored.
  void install_system_assistants(std::function<void(Status)> done);

  // A UUID, or a graph id, which means that graph's system assistant. kNotFound "Assistant not found".
  [[nodiscard]] Result<models::Assistant> resolve(std::string_view id_or_graph);
  [[nodiscard]] std::optional<models::Assistant> cached(std::string_view id_or_graph) const;

  // kNotFound "Graph 'x' not found".
  void create(models::Assistant assistant, IfExists if_exists, Reply<models::Assistant> reply);
  void update(storage::UpdateAssistant change, Reply<models::Assistant> reply);
  void set_version(std::string_view id_or_graph, int version, Reply<models::Assistant> reply);
  void remove(std::string_view id_or_graph, storage::WithThreads with_threads, Reply<std::string> reply);
  [[nodiscard]] Result<storage::Found<models::Assistant>> search(const storage::AssistantFilter& filter,
                                                                 storage::Page page);
  // Newest first, those whose metadata contains the given object. kNotFound when there is none.
  [[nodiscard]] Result<storage::Found<models::Assistant>> versions(std::string_view id_or_graph,
                                                                   const std::optional<std::string>& metadata,
                                                                   storage::Page page);
  // What a graph's name stands for: the id of its system assistant, whether or not its plugin is loaded now.
  // A UUID is an id already.
  [[nodiscard]] std::string to_id(std::string_view id_or_graph) const;
  [[nodiscard]] runtime::CatalogEntry graph_of(const models::Assistant& assistant) const;

 private:
  [[nodiscard]] models::Assistant system_assistant(const runtime::Graph& graph) const;
  // The graphs whose system assistants this process has not installed yet.
  [[nodiscard]] std::vector<runtime::CatalogEntry> new_graphs();
  [[nodiscard]] std::string to_id_locked(std::string_view id_or_graph) const;  // holds mutex_
  void write_then_read(storage::Write write, const std::string& id, Reply<models::Assistant> reply);
  void forget(const std::string& id);
  // How often rows have changed; what was read is kept only when none has since.
  [[nodiscard]] std::uint64_t changes() const;
  void keep(const models::Assistant& row, std::uint64_t seen);

  storage::Storage& storage_;
  const runtime::GraphCatalog& graphs_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  // graph id -> id of its system assistant, for every graph that was ever served: naming one is most of what
  // clients do, and the id is a hash.
  std::map<std::string, std::string, std::less<>> system_ids_;
  // Rows as last read. An entry goes once its row has changed, before anybody is told.
  std::unordered_map<std::string, models::Assistant> cache_;
  std::uint64_t changes_ = 0;
};

}  // namespace agenthost::services
