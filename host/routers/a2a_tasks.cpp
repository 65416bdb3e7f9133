#include "host/routers/a2a_tasks.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "host/base/ids.hpp"
#include "host/models/fields.hpp"
#include "host/routers/pending_interrupts.hpp"

namespace agenthost::routers {
namespace {

using services::RunOutcome;
using services::RunService;

constexpr storage::Page kNewest{1'000, 0};

tl::unexpected<RpcProblem> not_found(const std::string& task_id) {
  return rpc_fail(RpcCode::kTaskNotFound, "Task not found: " + task_id);
}

// A question that was answered through another door is none any more.
void settle(A2aTask& task, services::ThreadService& threads) {
  if (task.state != TaskState::kInputRequired) return;
  const auto thread = threads.get(task.context_id);
  if (thread && is_interrupted(thread->thread)) return;
  task.state = TaskState::kCompleted;
  task.says.clear();
}

void show(const A2aCallPtr& call, const models::Run& run, std::size_t history) {
  if (is_active(run.status)) return call->succeed(call->dialect.task(task_of(run), history));
  call->services.runs.runs.join(run.thread_id, run.run_id,
                                [call, run, history](const Result<RunOutcome>& outcome) {
                                  if (!outcome) return call->refuse(rpc_problem(outcome.error()));
                                  auto task = task_of(run, *outcome);
                                  settle(task, call->services.threads);
                                  call->succeed(call->dialect.task(task, history));
                                });
}

// The run that params.id and params.contextId name.
RpcResult<models::Run> named_task(const A2aCall& call) {
  const std::string id(string_member(call.rpc.params(), "id"));
  if (id.empty()) return rpc_fail(RpcCode::kInvalidParams, "id: is required");
  return find_task(call, std::string(string_member(call.rpc.params(), "contextId")), id);
}

// ---- Listing ----

struct Listing {
  std::string context_id;
  std::optional<TaskState> state;
  std::size_t size = 50;
  std::size_t offset = 0;
};

RpcResult<Listing> read_listing(const A2aCall& call) {
  models::Fields fields(call.rpc.params());
  Listing listing;
  listing.context_id = fields.uuid("contextId").value_or("");
  listing.size = static_cast<std::size_t>(fields.integer("pageSize", 1, 100).value_or(50));
  const auto token = fields.text("pageToken").value_or("");
  const auto* const end = token.data() + token.size();
  if (!token.empty() && std::from_chars(token.data(), end, listing.offset).ptr != end)
    fields.wrong("pageToken", "must be one that was given before");
  if (const auto word = fields.text("status")) {
    listing.state = call.dialect.state_from(*word);
    if (!listing.state) fields.wrong("status", "must be a state of a task");
  }
  if (!fields.status()) return rpc_fail(RpcCode::kInvalidParams, fields.status().error().text);
  if (listing.context_id.empty())
    return rpc_fail(RpcCode::kInvalidParams, "contextId: is required: tasks are listed by their context");
  return listing;
}

// Each by its newest run.
std::vector<A2aTask> tasks_among(const std::vector<models::Run>& runs, const A2aCall& call,
                                 const models::Thread& thread) {
  std::vector<A2aTask> tasks;
  std::set<std::string> seen;
  for (const auto& run : runs) {
    auto task = task_of(run);
    if (run.assistant_id != call.assistant.assistant_id || !seen.insert(task.id).second) continue;
    // Only the last run can be the one that waits for an answer.
    const bool last = &run == &runs.front();
    if (last && is_interrupted(thread) && task.state == TaskState::kCompleted)
      task.state = TaskState::kInputRequired;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace

void get_task(const A2aCallPtr& call) {
  const auto history = history_length(call->rpc.params());
  if (!history) return call->refuse(history.error());
  const auto run = named_task(*call);
  if (!run) return call->refuse(run.error());
  show(call, *run, *history);
}

void cancel_task(const A2aCallPtr& call) {
  const auto run = named_task(*call);
  if (!run) return call->refuse(run.error());
  if (!is_active(run->status)) {
    return call->refuse(
        {RpcCode::kTaskNotCancelable, "Task cannot be cancelled: nothing of it is running any more"});
  }
  const RunService::Cancellation how{services::CancelAction::kInterrupt, RunService::CancelWait::kUntilEnded};
  const auto stopped = [call, run = *run](const Result<std::monostate>& done) {
    if (!done) return call->refuse(rpc_problem(done.error()));
    call->services.runs.readers.post([call, run] {
      const auto now = call->services.runs.runs.get(run.thread_id, run.run_id);
      if (!now) return call->refuse(rpc_problem(now.error()));
      show(call, *now, 0);
    });
  };
  call->services.runs.runs.cancel(run->thread_id, run->run_id, how, stopped);
}

void list_tasks(const A2aCallPtr& call) {
  const auto listing = read_listing(*call);
  if (!listing) return call->refuse(listing.error());
  const auto thread = call->services.threads.get(listing->context_id);
  if (!thread && thread.error().code != ErrorCode::kNotFound)
    return call->refuse(rpc_problem(thread.error()));
  std::vector<A2aTask> tasks;
  if (thread) {
    const auto runs = call->services.runs.runs.list(listing->context_id, std::nullopt, kNewest);
    if (!runs) return call->refuse(rpc_problem(runs.error()));
    tasks = tasks_among(runs->rows, *call, thread->thread);
  }
  if (listing->state) {
    const auto other = [&](const A2aTask& task) { return task.state != *listing->state; };
    tasks.erase(std::remove_if(tasks.begin(), tasks.end(), other), tasks.end());
  }
  std::string json;
  const auto first = std::min(listing->offset, tasks.size());
  const auto last = std::min(first + listing->size, tasks.size());
  for (auto i = first; i < last; ++i) json += (i > first ? "," : "") + call->dialect.task(tasks[i], 0);
  call->succeed("{\"tasks\":[" + json + "],\"nextPageToken\":\"" +
                (last < tasks.size() ? std::to_string(last) : "") + "\",\"pageSize\":" +
                std::to_string(listing->size) + ",\"totalSize\":" + std::to_string(tasks.size()) + "}");
}

RpcResult<models::Run> find_task(const A2aCall& call, const std::string& context_id,
                                 const std::string& task_id) {
  auto& runs = call.services.runs.runs;
  if (!is_uuid(task_id)) return not_found(task_id);
  auto run = runs.get(context_id, task_id);
  if (!run && run.error().code != ErrorCode::kNotFound)
    return tl::unexpected<RpcProblem>(rpc_problem(run.error()));
  if (!run || run->assistant_id != call.assistant.assistant_id) return not_found(task_id);
  const auto all = runs.list(run->thread_id, std::nullopt, kNewest);
  if (!all) return std::move(*run);  // a stateless run: its thread is gone
  for (const auto& one : all->rows) {
    if (task_id_of(one) == task_id) return one;
  }
  return std::move(*run);
}

RpcResult<std::size_t> history_length(const JsonValue& holder) {
  constexpr int kMost = 10;
  models::Fields fields(holder);
  const auto length = fields.integer("historyLength", 0, kMost).value_or(0);
  if (!fields.status()) return rpc_fail(RpcCode::kInvalidParams, fields.status().error().text);
  return static_cast<std::size_t>(length);
}

}  // namespace agenthost::routers
