#include "host/services/state_service.hpp"

#include <algorithm>

#include "host/runtime/writes.hpp"

namespace agenthost::services {
namespace {

using models::Checkpoint;

// "child:<task>|inner:<task>" -> {"child:<task>", "child:<task>|inner:<task>"}; and the graph at the end.
std::vector<std::string> levels_of(const std::string& ns) {
  std::vector<std::string> levels;
  for (auto end = ns.find('|'); !ns.empty(); end = ns.find('|', end + 1)) {
    levels.push_back(ns.substr(0, end));
    if (end == std::string::npos) break;
  }
  return levels;
}

std::shared_ptr<const runtime::Graph> graph_at(std::shared_ptr<const runtime::Graph> graph,
                                               const std::string& ns) {
  for (const auto& level : levels_of(ns)) {
    const auto segment = level.substr(level.rfind('|') + 1);
    const auto* node = graph->find_node(segment.substr(0, segment.find(':')));
    if (node == nullptr || !node->subgraph) return nullptr;
    graph = node->subgraph;
  }
  return graph;
}

std::string parents_of(const std::optional<Checkpoint>& checkpoint) {
  const auto metadata = checkpoint ? parse_json(checkpoint->metadata) : Result<JsonDocument>();
  const auto* parents = metadata ? find_member(*metadata, "parents") : nullptr;
  return parents != nullptr ? to_text(*parents) : "{}";
}

}  // namespace

// What an update stands on.
struct StateService::Base {
  runtime::CatalogEntry graph;
  std::shared_ptr<const runtime::Graph> at;
  std::string graph_id;
  std::optional<Checkpoint> from;
};

StateService::StateService(storage::Storage& storage, RunScheduler& scheduler,
                           const runtime::GraphCatalog& graphs, std::size_t max_state_bytes)
    : storage_(storage), scheduler_(scheduler), graphs_(graphs), max_state_bytes_(max_state_bytes) {}

// ---- Reading ----

Result<std::optional<Checkpoint>> StateService::find(std::string_view thread_id, const StateAddress& at) {
  if (const auto thread = storage_.thread(thread_id); !thread) return fail(thread.error());
  if (!at.checkpoint_id) return storage_.latest_checkpoint(thread_id, at.checkpoint_ns);
  auto found = storage_.checkpoint(thread_id, at.checkpoint_ns, *at.checkpoint_id);
  if (!found) return fail(found.error());
  return std::optional(std::move(*found));
}

Result<std::string> StateService::get(std::string_view thread_id, const StateAddress& at, Expand expand) {
  auto found = find(thread_id, at);
  if (!found) return fail(found.error());
  if (!*found) return models::empty_state_json();
  const auto state = at.checkpoint_id ? std::move(**found) : shown(std::move(**found));
  return expand == Expand::kSubgraphs ? expanded(state) : state_json(state);
}

std::string StateService::expanded(const Checkpoint& checkpoint) {
  return state_json(checkpoint, [&](const models::CheckpointTask& task) -> std::string {
    const auto ns = models::inner_ns(checkpoint.checkpoint_ns, task);
    auto inner = storage_.latest_checkpoint(checkpoint.thread_id, ns);
    return inner && *inner ? expanded(shown(std::move(**inner))) : "null";
  });
}

// The newest state of a graph: as its run showed it, and as it is when the graph is gone.
Checkpoint StateService::shown(Checkpoint newest) {
  if (!runtime::is_half_done(newest)) return newest;
  const auto thread = storage_.thread(newest.thread_id);
  const auto metadata = thread ? parse_json(thread->metadata) : Result<JsonDocument>(fail(thread.error()));
  if (!metadata) return newest;
  const auto entry = graphs_.find(std::string(string_member(*metadata, "graph_id")));
  const auto graph = entry.graph ? graph_at(entry.graph, newest.checkpoint_ns) : nullptr;
  return graph ? runtime::shown_state(*graph, std::move(newest), max_state_bytes_) : newest;
}

Result<std::vector<std::string>> StateService::history(std::string_view thread_id,
                                                       const storage::CheckpointFilter& filter,
                                                       const std::optional<std::string>& only) {
  if (only) {
    const auto found = find(thread_id, {filter.checkpoint_ns, only});
    if (!found) return fail(found.error());
    return std::vector<std::string>{state_json(**found)};
  }
  if (const auto thread = storage_.thread(thread_id); !thread) return fail(thread.error());
  const auto found = storage_.history(thread_id, filter);
  if (!found) return fail(found.error());
  std::vector<std::string> states;
  states.reserve(found->size());
  for (const auto& checkpoint : *found) states.push_back(state_json(checkpoint));
  return states;
}

// ---- Changing ----

Result<StateService::Base> StateService::base_of(const std::string& thread_id, const StateAddress& at) {
  const auto thread = storage_.thread(thread_id);
  if (!thread) return fail(thread.error());
  const auto metadata = parse_json(thread->metadata);
  Base base;
  if (metadata) base.graph_id = string_member(*metadata, "graph_id");
  if (base.graph_id.empty())
    return fail(ErrorCode::kInvalid, "Thread " + thread_id + " has no graph ID", "NoGraphError");
  base.graph = graphs_.find(base.graph_id);
  if (!base.graph.graph)
    return fail(ErrorCode::kNotFound, "Graph '" + base.graph_id + "' not found: its plugin is not loaded");
  base.at = graph_at(base.graph.graph, at.checkpoint_ns);
  if (!base.at)
    return fail(ErrorCode::kInvalid, "checkpoint_ns: no graph of " + base.graph_id + " has that namespace");
  auto from = find(thread_id, at);
  if (!from) return fail(from.error());
  base.from = std::move(*from);
  if (!base.from && !at.checkpoint_ns.empty())
    return fail(ErrorCode::kNotFound, "No checkpoint found in namespace " + at.checkpoint_ns);
  return base;
}

void StateService::update(const std::string& thread_id, const StateAddress& at,
                          std::vector<std::vector<runtime::StateWrite>> supersteps, Reply<Checkpoint> reply) {
  if (auto held = scheduler_.hold_thread(thread_id); !held) return reply(fail(held.error()));
  storage_.readers().post([this, thread_id, at, supersteps = std::move(supersteps), reply]() mutable {
    update_held(thread_id, at, std::move(supersteps),
                [this, thread_id, reply](const Result<Checkpoint>& made) {
                  scheduler_.let_go_of_thread(thread_id);
                  reply(made);
                });
  });
}

void StateService::update_held(const std::string& thread_id, const StateAddress& at, Supersteps supersteps,
                               const Reply<Checkpoint>& answer) {
  auto base = base_of(thread_id, at);
  if (!base) return answer(fail(base.error()));
  runtime::StateUpdate update;
  update.thread_id = thread_id;
  update.checkpoint_ns = at.checkpoint_ns;
  update.parents = parents_of(base->from);
  update.graph = base->at;
  update.executor = base->graph.executor;
  update.from = std::move(base->from);
  update.supersteps = std::move(supersteps);
  update.metadata = "{\"graph_id\":" + quote(base->graph_id) + ",\"thread_id\":\"" + thread_id + "\"}";
  update.max_state_bytes = max_state_bytes_;
  runtime::update_state(std::move(update), [this, answer](const auto& made) {
    if (!made) return answer(fail(made.error()));
    if (made->empty()) return answer(fail(ErrorCode::kInvalid, "supersteps: must not be empty"));
    // A conditional edge may have answered from elsewhere, and what follows reads.
    storage_.readers().post([this, made = *made, answer] { store(made, answer); });
  });
}

// A changed state inside a subgraph takes back what was asked there; so do the tasks around it.
Result<storage::Batch> StateService::batch_of(const std::vector<Checkpoint>& made) {
  const auto& newest = made.back();
  storage::Batch batch;
  for (const auto& checkpoint : made) batch.push_back(storage::InsertCheckpoint{checkpoint});
  auto root = newest;
  auto levels = levels_of(newest.checkpoint_ns);
  while (!levels.empty()) {
    const auto inner = std::move(levels.back());
    levels.pop_back();
    auto outer = storage_.latest_checkpoint(newest.thread_id, levels.empty() ? "" : levels.back());
    if (!outer) return fail(outer.error());
    if (!*outer) break;
    root = std::move(**outer);
    for (auto& task : root.tasks) {
      if (models::inner_ns(root.checkpoint_ns, task) == inner) task.interrupts.clear();
    }
    batch.push_back(
        storage::UpdateCheckpointTasks{root.thread_id, root.checkpoint_ns, root.checkpoint_id, root.tasks});
  }
  storage::UpdateThread thread;
  thread.thread_id = newest.thread_id;
  thread.now = newest.created_at;
  thread.status = root.tasks.empty() ? models::ThreadStatus::kIdle : models::ThreadStatus::kInterrupted;
  thread.interrupts = interrupts_by_task_json(root);
  thread.error = "null";
  thread.state_changed = true;
  batch.push_back(std::move(thread));
  return batch;
}

void StateService::store(const std::vector<Checkpoint>& made, const Reply<Checkpoint>& reply) {
  auto batch = batch_of(made);
  if (!batch) return reply(fail(batch.error()));
  storage_.write(std::move(*batch), [this, newest = made.back(), reply](const Status& written) {
    auto outcome = written ? Result<Checkpoint>(newest) : Result<Checkpoint>(fail(written.error()));
    storage_.readers().post([reply, outcome = std::move(outcome)] { reply(outcome); });
  });
}

void StateService::merge_metadata(const std::string& thread_id, const std::string& metadata,
                                  Reply<Checkpoint> reply) {
  const auto latest = find(thread_id, {});
  if (!latest) return reply(fail(latest.error()));
  if (!*latest) return reply(fail(ErrorCode::kNotFound, "Thread " + thread_id + " has no state yet"));
  auto changed = **latest;
  changed.metadata = merge_objects(changed.metadata, metadata);
  storage::Batch batch;
  batch.push_back(storage::UpdateCheckpointMetadata{thread_id, changed.checkpoint_ns, changed.checkpoint_id,
                                                    changed.metadata});
  storage_.write(std::move(batch), [changed, reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    reply(changed);
  });
}

}  // namespace agenthost::services
