#include "host/services/run_service.hpp"

namespace agenthost::services {
namespace {

using models::RunRequest;

// Marks a run whose thread goes with it, so that a restart still knows.
constexpr std::string_view kTemporary = R"({"temporary":true})";

// Later wins; `configurable` is merged key by key.
std::string merge_configs(const std::string& base, const std::string& overlay) {
  if (overlay == "{}" || base == "{}") return merge_objects(base, overlay);
  const auto left = parse_json(base);
  const auto right = parse_json(overlay);
  if (!left || !right) return overlay;
  const auto configurable = [](const JsonDocument& config) {
    const auto* found = find_member(config, "configurable");
    return found != nullptr ? to_text(*found) : std::string("{}");
  };
  const auto both = merge_objects(configurable(*left), configurable(*right));
  return merge_objects(merge_objects(base, overlay), "{\"configurable\":" + both + "}");
}

models::Thread new_thread(const std::string& id) {
  models::Thread thread;
  thread.thread_id = id;
  thread.created_at = thread.updated_at = thread.state_updated_at = now_us();
  return thread;
}

std::string configurable_of(const std::string& config) {
  if (config == "{}") return config;
  const auto document = parse_json(config);
  if (!document) return "{}";
  const auto* found = find_member(*document, "configurable");
  return found != nullptr ? to_text(*found) : "{}";
}

std::string own_ids(const models::Run& run, const std::string& graph_id) {
  return "{\"run_id\":\"" + run.run_id + "\",\"thread_id\":\"" + run.thread_id +
         "\",\"graph_id\":" + quote(graph_id) + ",\"assistant_id\":\"" + run.assistant_id + "\"}";
}

RunOutcome outcome_of(const models::Run& run, std::string values) {
  RunOutcome outcome{run.status, std::move(values), std::nullopt};
  const auto error = parse_json(run.error);
  if (error && error->IsObject()) {
    outcome.error = Error{ErrorCode::kUnknown, std::string(string_member(*error, "message")),
                          std::string(string_member(*error, "error"))};
  }
  return outcome;
}

std::string values_with_interrupts(const models::Checkpoint& checkpoint) {
  const auto interrupts = interrupts_json(checkpoint);
  auto values = values_json(checkpoint);
  return interrupts == "[]" ? values : merge_objects(values, "{\"__interrupt__\":" + interrupts + "}");
}

}  // namespace

RunService::RunService(storage::Storage& storage, RunScheduler& scheduler, AssistantService& assistants,
                       telemetry::Logger& logger, StreamLimits streams, int max_attempts)
    : storage_(storage),
      scheduler_(scheduler),
      assistants_(assistants),
      logger_(logger),
      streams_(streams),
      max_attempts_(max_attempts) {}

std::shared_ptr<runtime::EventStream> RunService::new_events() const {
  return std::make_shared<runtime::EventStream>(streams_.events, streams_.bytes);
}

// ---- Creating ----

Result<ActiveRunPtr> RunService::prepare(const std::string& thread_id, RunRequest request,
                                         const models::Assistant& assistant,
                                         std::string_view thread_config) const {
  auto graph = assistants_.graph_of(assistant);
  if (!graph.graph) {
    return fail(ErrorCode::kNotFound,
                "Graph '" + assistant.graph_id + "' not found: its plugin is not loaded");
  }
  auto run = std::make_shared<ActiveRun>();
  run->row.run_id = new_uuid7();
  run->row.thread_id = thread_id;
  run->row.assistant_id = assistant.assistant_id;
  run->row.created_at = run->row.updated_at = now_us();
  run->row.multitask_strategy = request.multitask_strategy;
  run->row.metadata = merge_objects(
      merge_objects(assistant.metadata, request.metadata),
      "{\"graph_id\":" + quote(assistant.graph_id) + ",\"assistant_id\":\"" + assistant.assistant_id + "\"}");
  request.config = merge_configs(merge_configs(assistant.config, std::string(thread_config)), request.config);
  request.context = merge_objects(assistant.context, request.context);
  run->configurable = merge_objects(configurable_of(request.config), own_ids(run->row, assistant.graph_id));
  run->graph = std::move(graph);
  run->request = std::move(request);
  return run;
}

void RunService::create(const std::string& thread_id, RunRequest request, Reply<ActiveRunPtr> acknowledged) {
  const auto assistant = assistants_.resolve(request.assistant_id);
  if (!assistant) return acknowledged(fail(assistant.error()));
  std::optional<models::Thread> fresh;
  std::string thread_config = "{}";
  auto thread = storage_.thread(thread_id);
  if (thread) {
    thread_config = thread->config;
  } else if (thread.error().code == ErrorCode::kNotFound &&
             request.if_not_exists == models::IfNotExists::kCreate) {
    fresh = new_thread(thread_id);
  } else {
    return acknowledged(fail(thread.error()));
  }
  auto run = prepare(thread_id, std::move(request), *assistant, thread_config);
  if (!run) return acknowledged(fail(run.error()));
  (*run)->events = new_events();
  submit(*run, std::move(fresh), acknowledged);
}

bool RunService::can_create_without_disk(const RunRequest& request, Delivery delivery) const {
  return delivery != Delivery::kBackground && request.on_completion == models::OnCompletion::kDelete &&
         assistants_.cached(request.assistant_id).has_value();
}

void RunService::create_stateless(RunRequest request, Delivery delivery, Reply<ActiveRunPtr> acknowledged) {
  const auto assistant = assistants_.resolve(request.assistant_id);
  if (!assistant) return acknowledged(fail(assistant.error()));
  const bool keep = request.on_completion == models::OnCompletion::kKeep;
  auto prepared = prepare(new_uuid7(), std::move(request), *assistant, "{}");
  if (!prepared) return acknowledged(fail(prepared.error()));
  const auto& run = *prepared;
  std::optional<models::Thread> fresh;
  if (keep || delivery == Delivery::kBackground) {
    run->delete_thread_after = !keep;
    fresh = new_thread(run->row.thread_id);
  } else {
    run->persistence = Persistence::kEphemeral;
  }
  if (run->persistence == Persistence::kStored || delivery == Delivery::kStream) run->events = new_events();
  submit(run, std::move(fresh), acknowledged);
}

void RunService::submit(const ActiveRunPtr& run, std::optional<models::Thread> fresh,
                        const Reply<ActiveRunPtr>& acknowledged) {
  if (run->persistence == Persistence::kStored) {
    run->row.kwargs = kwargs_json(run->request);
    if (run->delete_thread_after) run->row.kwargs = merge_objects(run->row.kwargs, kTemporary);
    run->journal = std::make_unique<RunJournal>(storage_);
  }
  const auto accepted = scheduler_.submit(run, std::move(fresh), [run, acknowledged](const Status& stored) {
    if (!stored) return acknowledged(fail(stored.error()));
    acknowledged(run);
  });
  if (!accepted) acknowledged(fail(accepted.error()));
}

// ---- Asking ----

void RunService::when_ended(const ActiveRunPtr& run, Ended ended) {
  if (scheduler_.when_ended(run->row.run_id, ended)) return;
  storage_.readers().post([this, run, ended = std::move(ended)] {
    join(run->row.thread_id, run->row.run_id, [ended](Result<RunOutcome> outcome) {
      ended(outcome ? *outcome : RunOutcome{models::RunStatus::kError, "{}", outcome.error()});
    });
  });
}

void RunService::join(const std::string& thread_id, const std::string& run_id, Reply<RunOutcome> reply) {
  const auto active = scheduler_.find(run_id);
  const bool of_this_thread = active && active->row.thread_id == thread_id;
  if (of_this_thread && scheduler_.when_ended(run_id, [reply](const RunOutcome& outcome) { reply(outcome); }))
    return;
  const auto run = storage_.run(thread_id, run_id);
  if (!run) return reply(fail(run.error()));
  const auto latest = storage_.latest_checkpoint(thread_id, "");
  if (!latest) return reply(fail(latest.error()));
  reply(outcome_of(*run, *latest ? values_with_interrupts(**latest) : "{}"));
}

Result<std::shared_ptr<runtime::EventStream>> RunService::events(std::string_view thread_id,
                                                                 std::string_view run_id) {
  if (const auto run = scheduler_.find(run_id); run && run->row.thread_id == thread_id) return run->events;
  if (const auto run = storage_.run(thread_id, run_id); !run) return fail(run.error());
  return scheduler_.events(run_id);
}

Result<models::Run> RunService::get(std::string_view thread_id, std::string_view run_id) {
  const auto active = scheduler_.find(run_id);
  if (active && active->persistence == Persistence::kEphemeral && active->row.thread_id == thread_id) {
    auto row = active->row;
    row.status = models::RunStatus::kRunning;
    return row;
  }
  return storage_.run(thread_id, run_id);
}

Result<storage::Found<models::Run>> RunService::list(std::string_view thread_id,
                                                     std::optional<models::RunStatus> status,
                                                     storage::Page page) {
  if (const auto thread = storage_.thread(thread_id); !thread) return fail(thread.error());
  return storage_.runs(thread_id, status, page);
}

// ---- Ending ----

void RunService::cancel(const std::string& thread_id, const std::string& run_id, CancelAction action,
                        CancelWait wait, Reply<std::monostate> reply) {
  if (const auto run = get(thread_id, run_id); !run) return reply(fail(run.error()));
  const auto told = [reply](const RunOutcome&) { reply(std::monostate{}); };
  const bool waits = wait == CancelWait::kUntilEnded && scheduler_.when_ended(run_id, told);
  scheduler_.cancel(run_id, action);
  if (!waits) reply(std::monostate{});
}

void RunService::remove(const std::string& thread_id, const std::string& run_id,
                        Reply<std::monostate> reply) {
  if (scheduler_.find(run_id)) {
    return reply(fail(ErrorCode::kConflict, "Run is still active; cancel it before you delete it"));
  }
  storage::Batch batch;
  batch.push_back(storage::DeleteRun{thread_id, run_id, storage::WithCheckpoints::kYes});
  storage_.write(std::move(batch), [reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    reply(std::monostate{});
  });
}

// ---- After a stop or a crash ----

Status RunService::recover() {
  const auto left = storage_.active_runs();
  if (!left) return fail(left.error());
  for (const auto& row : *left) {
    const auto kwargs = parse_json(row.kwargs);
    auto request = kwargs ? RunRequest::from_json(*kwargs) : Result<RunRequest>(fail(kwargs.error()));
    const auto assistant = assistants_.resolve(row.assistant_id);
    if (!request) {
      give_up(row, "its stored request cannot be read: " + request.error().text);
    } else if (!assistant) {
      give_up(row, assistant.error().text);
    } else if (row.attempts >= max_attempts_) {
      give_up(row, "the server stopped " + std::to_string(row.attempts) +
                       " times while it was running (runtime.max_attempts)");
    } else if (auto run = prepare(row.thread_id, std::move(*request), *assistant, "{}"); !run) {
      give_up(row, run.error().text);
    } else {
      const auto graph_id = (*run)->graph.graph->id();
      (*run)->row = row;
      (*run)->configurable = merge_objects((*run)->configurable, own_ids(row, graph_id));
      (*run)->events = new_events();
      (*run)->journal = std::make_unique<RunJournal>(storage_);
      (*run)->delete_thread_after = find_member(*kwargs, "temporary") != nullptr;
      scheduler_.readmit(*run);
    }
  }
  if (!left->empty()) logger_.info("runs", "taking up " + std::to_string(left->size()) + " runs");
  scheduler_.go();
  return {};
}

void RunService::give_up(const models::Run& row, const std::string& reason) {
  logger_.error("runs", "run " + row.run_id + " is given up: " + reason);
  const auto error = "{\"error\":\"RunLostError\",\"message\":" + quote(reason) + "}";
  storage::UpdateThread thread;
  thread.thread_id = row.thread_id;
  thread.now = now_us();
  thread.status = models::ThreadStatus::kError;
  thread.error = error;
  storage::Batch batch;
  batch.push_back(storage::UpdateRun{row.run_id, thread.now, models::RunStatus::kError, {}, error});
  batch.push_back(std::move(thread));
  storage_.write(std::move(batch), [](const Status&) {});
}

}  // namespace agenthost::services
