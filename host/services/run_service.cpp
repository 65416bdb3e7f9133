#include "host/services/run_service.hpp"

#include <atomic>
#include <mutex>

#include "host/services/run_config.hpp"
#include "host/services/run_outcome.hpp"

namespace agenthost::services {
namespace {

using models::RunRequest;

// Marks a run whose thread goes with it, so that a restart still knows.
constexpr std::string_view kTemporary = R"({"temporary":true})";

models::Thread new_thread(const std::string& id) {
  models::Thread thread;
  thread.thread_id = id;
  thread.created_at = thread.updated_at = thread.state_updated_at = now_us();
  return thread;
}

template <class Row>
bool is_on(const Row& row, std::string_view thread_id) {
  return thread_id.empty() || row.thread_id == thread_id;
}

}  // namespace

RunService::RunService(storage::Storage& storage, RunScheduler& scheduler, AssistantService& assistants,
                       telemetry::Logger& logger, StreamLimits streams, int max_attempts,
                       WebhookService* webhooks)
    : storage_(storage),
      scheduler_(scheduler),
      assistants_(assistants),
      logger_(logger),
      streams_(streams),
      max_attempts_(max_attempts),
      webhooks_(webhooks) {}

std::shared_ptr<runtime::EventStream> RunService::new_events(const ActiveRun& run) const {
  if (run.request.resumable) return stored_stream(storage_, run.row.run_id, streams_);
  return std::make_shared<runtime::EventStream>(streams_.events, streams_.bytes);
}

// Ids that clients of the former process know are not given again.
Result<std::shared_ptr<runtime::EventStream>> RunService::events_again(const ActiveRun& run) const {
  if (run.request.resumable) return stored_stream_again(storage_, run.row.run_id, streams_);
  auto stream = std::make_shared<runtime::EventStream>(streams_.events, streams_.bytes);
  stream->go_on(static_cast<std::uint64_t>(run.row.attempts) << 32U, {});
  return stream;
}

// ---- Creating ----

Status RunService::check_webhook(const RunRequest& request) const {
  if (!request.webhook) return {};
  if (webhooks_ == nullptr) return fail(ErrorCode::kInvalid, "webhook: this server sends none");
  if (auto good = webhooks_->check(*request.webhook); !good)
    return fail(ErrorCode::kInvalid, "webhook: " + good.error().text);
  return {};
}

Result<ActiveRunPtr> RunService::prepare(const models::Thread& thread, RunRequest request,
                                         const models::Assistant& assistant) const {
  auto graph = assistants_.graph_of(assistant);
  if (!graph.graph) {
    return fail(ErrorCode::kNotFound,
                "Graph '" + assistant.graph_id + "' not found: its plugin is not loaded");
  }
  auto run = std::make_shared<ActiveRun>();
  run->row.run_id = new_uuid7();
  run->row.thread_id = thread.thread_id;
  run->row.assistant_id = assistant.assistant_id;
  run->row.created_at = run->row.updated_at = now_us();
  run->row.multitask_strategy = request.multitask_strategy;
  run->row.metadata = merge_objects(
      merge_objects(merge_objects(assistant.metadata, thread.metadata), request.metadata),
      "{\"graph_id\":" + quote(assistant.graph_id) + ",\"assistant_id\":\"" + assistant.assistant_id + "\"}");
  run->eligible_at = run->row.created_at + request.after.count();
  request.config = merge_configs(merge_configs(assistant.config, thread.config), request.config);
  request.context = merge_objects(assistant.context, request.context);
  run->configurable = merge_objects(configurable_of(request.config), own_ids(run->row, assistant.graph_id));
  run->thread_config = config_to_keep(request.config);
  run->graph = std::move(graph);
  run->request = std::move(request);
  return run;
}

void RunService::create(const std::string& thread_id, RunRequest request, Delivery delivery,
                        Reply<ActiveRunPtr> acknowledged, storage::Batch together) {
  if (const auto good = check_webhook(request); !good) return acknowledged(fail(good.error()));
  const auto assistant = assistants_.resolve(request.assistant_id);
  if (!assistant) return acknowledged(fail(assistant.error()));
  std::optional<models::Thread> fresh;
  auto thread = storage_.thread(thread_id);
  if (!thread) {
    const bool may_create = request.if_not_exists == models::IfNotExists::kCreate;
    if (thread.error().code != ErrorCode::kNotFound || !may_create) return acknowledged(fail(thread.error()));
    fresh = new_thread(thread_id);
    thread = *fresh;
  }
  auto run = prepare(*thread, std::move(request), *assistant);
  if (!run) return acknowledged(fail(run.error()));
  (*run)->events = new_events(**run);
  (*run)->together = std::move(together);
  if (delivery == Delivery::kWait) (*run)->haste = storage::Haste::kSoon;
  submit(*run, std::move(fresh), acknowledged);
}

bool RunService::can_create_without_disk(const RunRequest& request, Delivery delivery) const {
  const bool leaves_something = request.webhook || request.resumable || request.after.count() > 0 ||
                                request.on_completion == models::OnCompletion::kKeep;
  return delivery != Delivery::kBackground && !leaves_something &&
         assistants_.cached(request.assistant_id).has_value();
}

Result<ActiveRunPtr> RunService::prepare_stateless(RunRequest request, Delivery delivery,
                                                   const models::Assistant& assistant) const {
  const bool keep = request.on_completion == models::OnCompletion::kKeep;
  const bool stored =
      keep || delivery == Delivery::kBackground || !can_create_without_disk(request, delivery);
  models::Thread nowhere;
  nowhere.thread_id = new_uuid7();
  auto run = prepare(nowhere, std::move(request), assistant);
  if (!run) return run;
  (*run)->delete_thread_after = stored && !keep;
  (*run)->persistence = stored ? Persistence::kStored : Persistence::kEphemeral;
  if (stored || delivery == Delivery::kStream) (*run)->events = new_events(**run);
  return run;
}

void RunService::create_stateless(RunRequest request, Delivery delivery, Reply<ActiveRunPtr> acknowledged,
                                  storage::Batch together) {
  if (const auto good = check_webhook(request); !good) return acknowledged(fail(good.error()));
  const auto assistant = assistants_.resolve(request.assistant_id);
  if (!assistant) return acknowledged(fail(assistant.error()));
  const auto run = prepare_stateless(std::move(request), delivery, *assistant);
  if (!run) return acknowledged(fail(run.error()));
  (*run)->together = std::move(together);
  submit_stateless(*run, acknowledged);
}

void RunService::submit_stateless(const ActiveRunPtr& run, const Reply<ActiveRunPtr>& acknowledged) {
  std::optional<models::Thread> fresh;
  if (run->persistence == Persistence::kStored) fresh = new_thread(run->row.thread_id);
  submit(run, std::move(fresh), acknowledged);
}

namespace {

// Waits until every run of a batch was acknowledged.
struct BatchReply {
  std::vector<ActiveRunPtr> runs;
  Reply<std::vector<ActiveRunPtr>> acknowledged;
  std::atomic<std::size_t> left;
  std::mutex mutex;
  // Guarded by mutex
  std::optional<Error> refused;
};

}  // namespace

void RunService::create_batch(std::vector<RunRequest> requests,
                              Reply<std::vector<ActiveRunPtr>> acknowledged) {
  // Shared because: the runs are acknowledged one by one, from other threads.
  const auto batch = std::make_shared<BatchReply>();
  for (auto& request : requests) {
    if (const auto good = check_webhook(request); !good) return acknowledged(fail(good.error()));
    const auto assistant = assistants_.resolve(request.assistant_id);
    if (!assistant) return acknowledged(fail(assistant.error()));
    auto run = prepare_stateless(std::move(request), Delivery::kBackground, *assistant);
    if (!run) return acknowledged(fail(run.error()));
    batch->runs.push_back(std::move(*run));
  }
  batch->acknowledged = std::move(acknowledged);
  batch->left = batch->runs.size();
  for (const auto& run : batch->runs) {
    submit_stateless(run, [this, batch](const Result<ActiveRunPtr>& submitted) {
      if (!submitted) {
        const std::lock_guard lock(batch->mutex);
        batch->refused = submitted.error();
      }
      if (--batch->left > 0) return;
      if (!batch->refused) return batch->acknowledged(batch->runs);
      for (const auto& one : batch->runs) scheduler_.cancel(one->row.run_id, CancelAction::kRollback);
      batch->acknowledged(fail(*batch->refused));
    });
  }
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
  if (active && is_on(active->row, thread_id) &&
      scheduler_.when_ended(run_id, [reply](const RunOutcome& outcome) { reply(outcome); }))
    return;
  const auto finished = scheduler_.find_finished(run_id);
  if (finished && is_on(finished->row, thread_id) && finished->outcome) return reply(*finished->outcome);
  const auto run = get(thread_id, run_id);
  if (!run) return reply(fail(run.error()));
  auto last = storage_.last_checkpoint_of(run->thread_id, run_id);
  // A run that ended before its first checkpoint leaves the thread as it found it.
  if (last && !*last) last = storage_.latest_checkpoint(run->thread_id, "");
  if (!last) return reply(fail(last.error()));
  reply(outcome_of(*run, *last));
}

Result<RunStream> RunService::stream(std::string_view thread_id, std::string_view run_id) {
  if (const auto run = scheduler_.find(run_id); run && is_on(run->row, thread_id))
    return RunStream{run->row.thread_id, run->row.run_id, run->events, run->request};
  if (const auto run = scheduler_.find_finished(run_id); run && is_on(run->row, thread_id))
    return RunStream{run->row.thread_id, run->row.run_id, run->events, run->asked};
  const auto row = get(thread_id, run_id);
  if (!row) return fail(row.error());
  auto events = ended_stream(storage_, *row, streams_);
  if (!events) return fail(events.error());
  const auto kwargs = parse_json(row->kwargs);
  auto asked = kwargs ? RunRequest::from_json(*kwargs) : Result<RunRequest>(fail(kwargs.error()));
  return RunStream{row->thread_id, row->run_id, std::move(*events), asked ? std::move(*asked) : RunRequest{}};
}

Result<models::Run> RunService::get(std::string_view thread_id, std::string_view run_id) {
  const auto active = scheduler_.find(run_id);
  if (active && active->persistence == Persistence::kEphemeral && is_on(active->row, thread_id)) {
    auto row = active->row;
    row.status = models::RunStatus::kRunning;
    return row;
  }
  const auto finished = scheduler_.find_finished(run_id);
  if (finished && finished->outcome && is_on(finished->row, thread_id)) return finished->row;
  return thread_id.empty() ? storage_.run(run_id) : storage_.run(thread_id, run_id);
}

Result<storage::Found<models::Run>> RunService::list(std::string_view thread_id,
                                                     std::optional<models::RunStatus> status,
                                                     storage::Page page) {
  if (const auto thread = storage_.thread(thread_id); !thread) return fail(thread.error());
  return storage_.runs(thread_id, status, page);
}

// ---- Ending ----

void RunService::cancel(const std::string& thread_id, const std::string& run_id, const Cancellation& how,
                        Reply<std::monostate> reply) {
  if (const auto run = get(thread_id, run_id); !run) return reply(fail(run.error()));
  const auto told = [reply](const RunOutcome&) { reply(std::monostate{}); };
  const bool waits = how.wait == CancelWait::kUntilEnded && scheduler_.when_ended(run_id, told);
  scheduler_.cancel(run_id, how.action, how.reason);
  if (!waits) reply(std::monostate{});
}

std::size_t RunService::cancel_these(const std::string& thread_id, const std::vector<std::string>& run_ids,
                                     CancelAction action) {
  std::size_t found = 0;
  for (const auto& run_id : run_ids) {
    if (!get(thread_id, run_id)) continue;
    ++found;
    scheduler_.cancel(run_id, action);
  }
  return found;
}

std::size_t RunService::cancel_all(RunScheduler::Which which, CancelAction action) {
  const auto run_ids = scheduler_.active_runs(which);
  for (const auto& run_id : run_ids) scheduler_.cancel(run_id, action);
  return run_ids.size();
}

void RunService::remove(const std::string& thread_id, const std::string& run_id,
                        Reply<std::monostate> reply) {
  if (const auto run = scheduler_.find(run_id); run && is_on(run->row, thread_id)) {
    return reply(fail(ErrorCode::kConflict, "Run is still active; cancel it before you delete it"));
  }
  storage::Batch batch;
  batch.push_back(storage::DeleteRun{thread_id, run_id, storage::WithCheckpoints::kYes});
  batch.push_back(storage::SettleThread{thread_id, now_us()});
  storage_.write(std::move(batch), [reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    reply(std::monostate{});
  });
}

// ---- After a stop or a crash ----

Result<ActiveRunPtr> RunService::prepare_again(const models::Run& row) {
  const auto kwargs = parse_json(row.kwargs);
  auto request = kwargs ? RunRequest::from_json(*kwargs) : Result<RunRequest>(fail(kwargs.error()));
  if (!request) {
    return fail(ErrorCode::kInvalid, "its stored request cannot be read: " + request.error().text);
  }
  const auto assistant = assistants_.resolve(row.assistant_id);
  if (!assistant) return fail(assistant.error());
  if (row.attempts >= max_attempts_) {
    return fail(ErrorCode::kExhausted, "the server stopped " + std::to_string(row.attempts) +
                                           " times while it was running (runtime.max_attempts)");
  }
  models::Thread thread;  // its config is in the stored request already
  thread.thread_id = row.thread_id;
  auto prepared = prepare(thread, std::move(*request), *assistant);
  if (!prepared) return prepared;
  auto& run = **prepared;
  run.row = row;
  run.eligible_at = row.created_at + run.request.after.count();
  run.configurable = merge_objects(run.configurable, own_ids(row, run.graph.graph->id()));
  auto events = events_again(run);
  if (!events) return fail(events.error());
  run.events = std::move(*events);
  run.journal = std::make_unique<RunJournal>(storage_);
  run.delete_thread_after = find_member(*kwargs, "temporary") != nullptr;
  return prepared;
}

Status RunService::recover() {
  const auto left = storage_.active_runs();
  if (!left) return fail(left.error());
  for (const auto& row : *left) {
    if (const auto run = prepare_again(row)) {
      scheduler_.readmit(*run);
    } else {
      give_up(row, run.error().text);
    }
  }
  if (!left->empty()) logger_.info("runs", "taking up " + std::to_string(left->size()) + " runs");
  scheduler_.go();
  return {};
}

void RunService::give_up(const models::Run& row, const std::string& reason) {
  logger_.error("runs", "run " + row.run_id + " is given up: " + reason);
  const RunOutcome outcome{models::RunStatus::kError, "{}",
                           Error{ErrorCode::kInternal, reason, "RunLostError"}};
  const auto kwargs = parse_json(row.kwargs);
  const auto has = [&](const char* member) { return kwargs && find_member(*kwargs, member) != nullptr; };
  storage::Batch batch;
  if (has("temporary")) {
    batch.push_back(storage::DeleteThread{row.thread_id});
  } else {
    storage::UpdateThread thread;
    thread.thread_id = row.thread_id;
    thread.error = error_json(outcome.error);
    batch.push_back(
        storage::UpdateRun{row.run_id, now_us(), outcome.status, {}, error_json(outcome.error), {}});
    batch.push_back(std::move(thread));
    batch.push_back(storage::SettleThread{row.thread_id, now_us()});
  }
  std::optional<std::string> url;
  if (webhooks_ != nullptr && has("webhook")) url = string_member(*kwargs, "webhook");
  auto webhook = webhook_about(row, url, outcome, 0);
  const auto webhook_id = webhook ? webhook->webhook_id : "";
  if (webhook) batch.push_back(storage::InsertWebhook{std::move(*webhook)});
  storage_.write(std::move(batch), [this, webhook_id, row, outcome](const Status& written) {
    if (written && !webhook_id.empty()) webhooks_->deliver(webhook_id);
    scheduler_.tell_given_up(row, *outcome.error);
  });
}

}  // namespace agenthost::services
