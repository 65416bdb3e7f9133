#include "host/services/assistant_service.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

namespace agenthost::services {
namespace {
storage::Batch one(storage::Write write) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  return batch;
}

Error not_found(std::string_view id_or_graph) {
  return {ErrorCode::kNotFound, "Assistant with ID " + std::string(id_or_graph) + " not found"};
}

}  // namespace

AssistantService::AssistantService(storage::Storage& storage, const runtime::GraphCatalog& graphs)
    : storage_(storage), graphs_(graphs) {}

std::string AssistantService::to_id(std::string_view id_or_graph) const {
  const std::lock_guard lock(mutex_);
  return to_id_locked(id_or_graph);
}

std::string AssistantService::to_id_locked(std::string_view id_or_graph) const {
  const auto found = system_ids_.find(id_or_graph);
  if (found != system_ids_.end()) return found->second;
  return is_uuid(id_or_graph) ? std::string(id_or_graph) : system_assistant_id(id_or_graph);
}

std::vector<runtime::CatalogEntry> AssistantService::new_graphs() {
  auto entries = graphs_.all();
  const std::lock_guard lock(mutex_);
  const auto is_known = [this](const runtime::CatalogEntry& entry) {
    return !system_ids_.emplace(entry.graph->id(), system_assistant_id(entry.graph->id())).second;
  };
  entries.erase(std::remove_if(entries.begin(), entries.end(), is_known), entries.end());
  return entries;
}

models::Assistant AssistantService::system_assistant(const runtime::Graph& graph) const {
  models::Assistant assistant;
  assistant.assistant_id = system_assistant_id(graph.id());
  assistant.graph_id = graph.id();
  assistant.name = graph.name();
  if (!graph.description().empty()) assistant.description = graph.description();
  assistant.metadata = R"({"created_by":"system"})";
  assistant.created_at = assistant.updated_at = now_us();
  return assistant;
}

void AssistantService::install_system_assistants(std::function<void(Status)> done) {
  // One batch each: those that are there already fail alone.
  struct Progress {
    std::atomic<std::size_t> left{0};
    std::mutex mutex;
    // Guarded by mutex
    Status status;
  };
  const auto entries = new_graphs();
  if (entries.empty()) return done({});
  // Shared because: each commit reports to it.
  const auto progress = std::make_shared<Progress>();
  progress->left = entries.size();
  for (const auto& entry : entries) {
    storage_.write(one(storage::InsertAssistant{system_assistant(*entry.graph)}),
                   [progress, done](const Status& written) {
                     const std::lock_guard lock(progress->mutex);
                     if (!written && written.error().code != ErrorCode::kAlreadyExists)
                       progress->status = written;
                     if (progress->left.fetch_sub(1) == 1) done(progress->status);
                   });
  }
}

Result<models::Assistant> AssistantService::resolve(std::string_view id_or_graph) {
  if (auto known = cached(id_or_graph)) return std::move(*known);
  const auto id = to_id(id_or_graph);
  const auto seen = changes();
  auto found = storage_.assistant(id);
  if (!found) return found.error().code == ErrorCode::kNotFound ? fail(not_found(id_or_graph)) : found;
  keep(*found, seen);
  return found;
}

std::uint64_t AssistantService::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

void AssistantService::keep(const models::Assistant& row, std::uint64_t seen) {
  constexpr std::size_t kMostKept = 10'000;
  const std::lock_guard lock(mutex_);
  if (changes_ != seen) return;  // the row may be older than what has changed
  if (cache_.size() >= kMostKept) cache_.clear();
  cache_.insert_or_assign(row.assistant_id, row);
}

std::optional<models::Assistant> AssistantService::cached(std::string_view id_or_graph) const {
  const std::lock_guard lock(mutex_);
  const auto found = cache_.find(to_id_locked(id_or_graph));
  if (found == cache_.end()) return std::nullopt;
  return found->second;
}

void AssistantService::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  cache_.erase(id);
}

void AssistantService::create(models::Assistant assistant, IfExists if_exists,
                              Reply<models::Assistant> reply) {
  if (!graphs_.find(assistant.graph_id).graph) {
    return reply(fail(ErrorCode::kNotFound, "Graph '" + assistant.graph_id + "' not found"));
  }
  auto row = assistant;
  storage_.write(one(storage::InsertAssistant{std::move(row)}), [this, assistant = std::move(assistant),
                                                                 if_exists, reply](const Status& written) {
    if (written) return reply(assistant);
    const bool there = written.error().code == ErrorCode::kAlreadyExists;
    if (!there || if_exists == IfExists::kRaise) return reply(fail(written.error()));
    storage_.readers().post([this, id = assistant.assistant_id, reply] { reply(storage_.assistant(id)); });
  });
}

void AssistantService::write_then_read(storage::Write write, const std::string& id,
                                       Reply<models::Assistant> reply) {
  storage_.write(one(std::move(write)), [this, id, reply](const Status& written) {
    forget(id);
    if (!written) return reply(fail(written.error()));
    storage_.readers().post([this, id, reply] { reply(storage_.assistant(id)); });
  });
}

void AssistantService::update(storage::UpdateAssistant change, Reply<models::Assistant> reply) {
  if (change.graph_id && !graphs_.find(*change.graph_id).graph) {
    return reply(fail(ErrorCode::kNotFound, "Graph '" + *change.graph_id + "' not found"));
  }
  change.assistant_id = to_id(change.assistant_id);
  const auto id = change.assistant_id;
  write_then_read(std::move(change), id, std::move(reply));
}

Result<storage::Found<models::Assistant>> AssistantService::versions(
    std::string_view id_or_graph, const std::optional<std::string>& metadata, storage::Page page) {
  auto found = storage_.assistant_versions(to_id(id_or_graph), metadata, page);
  if (found && found->total == 0 && !metadata) return fail(not_found(id_or_graph));
  return found;
}

void AssistantService::set_version(std::string_view id_or_graph, int version,
                                   Reply<models::Assistant> reply) {
  const auto id = to_id(id_or_graph);
  write_then_read(storage::SetAssistantVersion{id, version, now_us()}, id, std::move(reply));
}

void AssistantService::remove(std::string_view id_or_graph, storage::WithThreads with_threads,
                              Reply<std::string> reply) {
  const auto id = to_id(id_or_graph);
  storage_.write(one(storage::DeleteAssistant{id, with_threads}), [this, id, reply](const Status& written) {
    forget(id);
    if (!written) return reply(fail(written.error()));
    reply(id);
  });
}

Result<storage::Found<models::Assistant>> AssistantService::search(const storage::AssistantFilter& filter,
                                                                   storage::Page page) {
  return storage_.assistants(filter, page);
}

runtime::CatalogEntry AssistantService::graph_of(const models::Assistant& assistant) const {
  return graphs_.find(assistant.graph_id);
}

}  // namespace agenthost::services
