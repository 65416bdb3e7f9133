#include "host/base/ids.hpp"
#include "host/models/fields.hpp"
#include "host/routers/event_delivery.hpp"
#include "host/routers/paging.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/run_replies.hpp"
#include "host/routers/runs_router.hpp"
#include "host/routers/waiting_reply.hpp"

namespace agenthost::routers {
namespace {

using models::OnDisconnect;
using services::CancelAction;
using services::RunOutcome;
using services::RunScheduler;
using services::RunService;

// Ids that are UUIDs. An empty thread_id: the run is asked for by its id alone.
struct RunAddress {
  std::string thread_id;
  std::string run_id;
  [[nodiscard]] Scope scope() const { return thread_id.empty() ? Scope::kStateless : Scope::kThread; }
};

void list(const RunRouting& routing, const Request& request, const ExchangePtr& exchange) {
  const auto thread_id = uuid_param(request, "thread_id");
  if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto page = page_of(*query);
  if (!page) return exchange->respond(error_reply(page.error()));
  std::optional<models::RunStatus> status;
  if (const auto word = query->text("status")) {
    status = models::run_status_from(*word);
    if (!status) {
      return exchange->respond(error_reply(Error{
          ErrorCode::kInvalid, "status: must be pending, running, error, success, timeout or interrupted"}));
    }
  }
  exchange->respond(page_reply(routing.runs.list(*thread_id, status, *page), *page, query->list("select"),
                               [](const models::Run& run) { return to_json(run); }));
}

void get(const RunRouting& routing, const RunAddress& at, const Request&, const ExchangePtr& exchange) {
  const auto run = routing.runs.get(at.thread_id, at.run_id);
  exchange->respond(run ? json_reply(to_json(*run)) : error_reply(run.error()));
}

void remove(const RunRouting& routing, const RunAddress& at, const Request&, const ExchangePtr& exchange) {
  routing.runs.remove(at.thread_id, at.run_id, [exchange](const Result<std::monostate>& removed) {
    exchange->respond(removed ? empty_reply() : error_reply(removed.error()));
  });
}

// ---- Cancelling ----

Result<CancelAction> action_of(const Query& query) {
  const auto action = query.text("action").value_or("interrupt");
  if (action == "interrupt") return CancelAction::kInterrupt;
  if (action == "rollback") return CancelAction::kRollback;
  return fail(ErrorCode::kInvalid, "action: must be interrupt or rollback");
}

Result<RunService::Cancellation> cancellation_of(const Request& request) {
  const auto query = Query::parse(request.query);
  if (!query) return fail(query.error());
  const auto wait = query->boolean("wait", false);
  if (!wait) return fail(wait.error());
  const auto action = action_of(*query);
  if (!action) return fail(action.error());
  RunService::Cancellation how{*action,
                               *wait ? RunService::CancelWait::kUntilEnded : RunService::CancelWait::kNo};
  const auto reason = query->text("reason");
  if (!reason) return how;
  if (*reason != "taken") return fail(ErrorCode::kInvalid, "reason: must be taken");
  if (*action != CancelAction::kInterrupt)
    return fail(ErrorCode::kInvalid, "reason: goes with action=interrupt only");
  how.reason = "taken:steering";
  return how;
}

void cancel(const RunRouting& routing, const RunAddress& at, const Request& request,
            const ExchangePtr& exchange) {
  const auto how = cancellation_of(request);
  if (!how) return exchange->respond(error_reply(how.error()));
  const bool waits = how->wait == RunService::CancelWait::kUntilEnded;
  routing.runs.cancel(
      at.thread_id, at.run_id, *how, [exchange, at, waits](const Result<std::monostate>& done) {
        if (!done) return exchange->respond(error_reply(done.error()));
        auto reply = empty_reply(waits ? 204 : 202);
        reply.headers = run_headers(at.thread_id, at.run_id, Scope::kThread, waits ? "/join" : "");
        exchange->respond(std::move(reply));
      });
}

struct CancelMany {
  std::optional<std::string> status, thread_id;
  std::vector<std::string> run_ids;
};

Result<CancelMany> cancel_many_of(const JsonValue& body) {
  models::Fields fields(body);
  CancelMany many;
  many.status = fields.word("status", {"pending", "running", "all"});
  many.thread_id = fields.uuid("thread_id");
  many.run_ids = fields.texts("run_ids").value_or(std::vector<std::string>{});
  for (const auto& id : many.run_ids) {
    if (!is_uuid(id)) fields.wrong("run_ids", "must be UUIDs");
  }
  if (auto good = fields.status(); !good) return fail(good.error());
  const bool by_ids = many.thread_id && !many.run_ids.empty();
  if (many.status.has_value() == by_ids)
    return fail(ErrorCode::kInvalid, "body: must hold either status, or thread_id and run_ids");
  return many;
}

void cancel_many(const RunRouting& routing, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  const auto query = Query::parse(request.query);
  const auto action = query ? action_of(*query) : Result<CancelAction>(fail(query.error()));
  if (!action) return exchange->respond(error_reply(action.error()));
  const auto many = cancel_many_of(*body);
  if (!many) return exchange->respond(error_reply(many.error()));
  std::size_t found = 0;
  if (many->status) {
    const auto which = *many->status == "pending"   ? RunScheduler::Which::kPending
                       : *many->status == "running" ? RunScheduler::Which::kRunning
                                                    : RunScheduler::Which::kAll;
    found = routing.runs.cancel_all(which, *action);
  } else {
    found = routing.runs.cancel_these(*many->thread_id, many->run_ids, *action);
  }
  exchange->respond(found > 0 ? empty_reply()
                              : error_reply(Error{ErrorCode::kNotFound, "No runs found to cancel"}));
}

// ---- Joining ----

// The choice of a joining client: its going may cancel the run.
Result<OnDisconnect> on_disconnect_of(const Query& query) {
  const auto cancels = query.boolean("cancel_on_disconnect", false);
  if (!cancels) return fail(cancels.error());
  return *cancels ? OnDisconnect::kCancel : OnDisconnect::kContinue;
}

void join(const RunRouting& routing, const RunAddress& at, const Request& request,
          const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto on_disconnect = query ? on_disconnect_of(*query) : Result<OnDisconnect>(fail(query.error()));
  if (!on_disconnect) return exchange->respond(error_reply(on_disconnect.error()));
  const auto run = routing.runs.get(at.thread_id, at.run_id);
  if (!run) return exchange->respond(error_reply(run.error()));
  const auto reply =
      WaitingReply::start(exchange, run_headers(run->thread_id, run->run_id, at.scope(), "/join"),
                          routing.heartbeat, cancel_when_gone(routing.runs, run->run_id, *on_disconnect));
  routing.runs.join(at.thread_id, at.run_id, [reply](const Result<RunOutcome>& outcome) {
    reply->finish(outcome ? bare_json(*outcome) : "{\"__error__\":" + error_json(outcome.error()) + "}");
  });
}

void stream(const RunRouting& routing, const RunAddress& at, const Request& request,
            const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto on_disconnect = query ? on_disconnect_of(*query) : Result<OnDisconnect>(fail(query.error()));
  if (!on_disconnect) return exchange->respond(error_reply(on_disconnect.error()));
  const auto found = routing.runs.stream(at.thread_id, at.run_id);
  if (!found) return exchange->respond(error_reply(found.error()));
  auto reads = reads_of(found->asked);
  reads.after = last_event_id(request);
  if (const auto named = query->list("stream_mode"); !named.empty())
    reads.filter.modes = runtime::modes_from(named);
  reads.filter.namespaces = query->list("namespace");
  reads.headers = run_headers(found->thread_id, found->run_id, at.scope(), "/stream");
  deliver_events(exchange, found->events, std::move(reads), routing.heartbeat,
                 cancel_when_gone(routing.runs, found->run_id, *on_disconnect));
}

// ---- Registration ----

using OneRunHandler = void (*)(const RunRouting&, const RunAddress&, const Request&, const ExchangePtr&);

Handler on_one_run(const RunRouting& routing, Scope scope, OneRunHandler handler) {
  return [routing, scope, handler](const Request& request, const ExchangePtr& exchange) {
    RunAddress at;
    if (scope == Scope::kThread) {
      auto thread_id = uuid_param(request, "thread_id");
      if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
      at.thread_id = std::move(*thread_id);
    }
    auto run_id = uuid_param(request, "run_id");
    if (!run_id) return exchange->respond(error_reply(run_id.error()));
    at.run_id = std::move(*run_id);
    handler(routing, at, request, exchange);
  };
}

void add_listing(RouteTable& routes, const RunRouting& routing) {
  routes.add(
      {Method::kGet,
       "/threads/{thread_id}/runs",
       Affinity::kReader,
       {"list_runs",
        "Runs",
        "List the runs of a thread, newest first; pending ones in the order of the queue",
        "",
        "Run[]",
        200,
        {{"limit", "integer", "1 to 1000, default 10"},
         {"offset", "integer", "default 0"},
         {"status", "string", "only runs with this status"},
         {"select", "array", "only these members"}},
        {404, 422}},
       [routing](const Request& request, const ExchangePtr& exchange) { list(routing, request, exchange); }});
}

void add_cancelling_many(RouteTable& routes, const RunRouting& routing) {
  routes.add({Method::kPost,
              "/runs/cancel",
              Affinity::kReader,
              {"cancel_runs",
               "Runs",
               "Cancel runs of a thread, or all that are pending or running; 404 when there are none",
               "RunsCancel",
               "",
               204,
               {{"action", "string", "interrupt or rollback"}},
               {400, 404, 422}},
              [routing](const Request& request, const ExchangePtr& exchange) {
                cancel_many(routing, request, exchange);
              }});
}

}  // namespace

void add_run_control_routes(RouteTable& routes, const RunRouting& routing) {
  add_listing(routes, routing);
  add_cancelling_many(routes, routing);
  const auto add = [&](Method method, const std::string& below, Operation operation, OneRunHandler handler) {
    operation.tag = "Runs";
    if (operation.errors.empty()) operation.errors = {404, 422};
    routes.add({method, "/threads/{thread_id}/runs/{run_id}" + below, Affinity::kReader, std::move(operation),
                on_one_run(routing, Scope::kThread, handler)});
  };
  const Parameter disconnect{"cancel_on_disconnect", "boolean", "cancel the run when this client goes"};
  const std::vector<Parameter> filters{
      disconnect,
      {"stream_mode", "array", "only events of these modes; none = those the run was created with"},
      {"namespace", "array", "only events of these subgraphs, such as child:<task id>"},
      last_event_id_parameter()};
  add(Method::kGet, "", {"get_run", "", "Get a run", "", "Run"}, get);
  add(Method::kDelete, "",
      {"delete_run", "", "Delete a run and its checkpoints", "", "", 204, {}, {404, 409, 422}}, remove);
  add(Method::kPost, "/cancel",
      {"cancel_run",
       "",
       "Cancel a run; 204 when wait=1 and it has stopped",
       "",
       "",
       202,
       {{"wait", "boolean", "answer when it has stopped"},
        {"action", "string", "interrupt or rollback"},
        {"reason", "string", "taken: its input goes on in another run"}},
       {404, 422},
       204},
      cancel);
  add(Method::kGet, "/join",
      {"join_run", "", "Wait for the final values of a run", "", "Values", 200, {disconnect}}, join);
  add(Method::kGet, "/stream",
      {"join_run_stream", "", "Join the events of a run; Last-Event-ID replays", "", "sse:RunEvent", 200,
       filters},
      stream);
  routes.add({Method::kGet,
              "/runs/{run_id}/stream",
              Affinity::kReader,
              {"join_run_stream_stateless",
               "Stateless runs",
               "Join the events of a run known by its id alone; Last-Event-ID replays",
               "",
               "sse:RunEvent",
               200,
               filters,
               {404, 422}},
              on_one_run(routing, Scope::kStateless, stream)});
}

}  // namespace agenthost::routers
