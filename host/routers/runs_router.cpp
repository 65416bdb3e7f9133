#include "host/routers/runs_router.hpp"

#include "host/routers/event_delivery.hpp"
#include "host/routers/paging.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/waiting_reply.hpp"

namespace agenthost::routers {
namespace {

using models::OnDisconnect;
using models::RunRequest;
using services::ActiveRunPtr;
using services::CancelAction;
using services::Delivery;
using services::RunOutcome;
using services::RunService;

enum class Scope { kThread, kStateless };

std::string error_json(const Error& error) {
  return "{\"error\":" + quote(error_kind(error)) + ",\"message\":" + quote(error.text) + "}";
}

std::string bare_json(const RunOutcome& outcome) {
  if (outcome.error) return "{\"__error__\":" + error_json(*outcome.error) + "}";
  return outcome.values;
}

std::string envelope_json(const models::Run& run, const RunOutcome& outcome) {
  return "{\"run_id\":\"" + run.run_id + "\",\"thread_id\":\"" + run.thread_id + "\",\"status\":\"" +
         std::string(to_string(outcome.status)) + "\",\"output\":" + outcome.values +
         ",\"error\":" + (outcome.error ? error_json(*outcome.error) : "null") +
         ",\"metadata\":" + run.metadata + "}";
}

// Nothing may follow the run id in Content-Location: clients take both ids from it.
Headers run_headers(const models::Run& run, Scope scope, std::string_view location) {
  const auto on_thread = "/threads/" + run.thread_id + "/runs/" + run.run_id;
  Headers headers{{"Content-Location", scope == Scope::kThread ? on_thread : "/runs/" + run.run_id}};
  if (!location.empty()) headers.emplace_back("Location", on_thread + std::string(location));
  return headers;
}

std::function<void()> cancel_when_gone(RunService& runs, const models::Run& run, OnDisconnect on_disconnect) {
  if (on_disconnect == OnDisconnect::kContinue) return {};
  return [&runs, thread_id = run.thread_id, run_id = run.run_id] {
    runs.cancel(thread_id, run_id, CancelAction::kInterrupt, RunService::CancelWait::kNo, [](const auto&) {});
  };
}

// ---- Creating ----

struct Creation {
  Delivery delivery;
  Scope scope;
  OnDisconnect on_disconnect;
  bool envelope;
  std::vector<std::string> namespaces;
};

EventRequest creator_reads(const services::ActiveRun& run, const Creation& creation) {
  EventRequest request;
  request.after = 0;
  request.modes = runtime::modes_from(run.request.stream_modes);
  request.subgraphs = run.request.subgraphs ? runtime::Subgraphs::kShown : runtime::Subgraphs::kHidden;
  request.namespaces = creation.namespaces;
  request.headers = run_headers(run.row, creation.scope, "/stream");
  return request;
}

void show_created(const RunRouting& routing, const Creation& creation, const ExchangePtr& exchange,
                  const Result<ActiveRunPtr>& created) {
  if (!created) return exchange->respond(error_reply(created.error()));
  const auto& run = *created;
  const auto& row = run->row;
  auto gone = cancel_when_gone(routing.runs, row, creation.on_disconnect);
  switch (creation.delivery) {
    case Delivery::kBackground: {
      auto reply = json_reply(to_json(row));
      reply.headers = run_headers(row, creation.scope, "");
      return exchange->respond(std::move(reply));
    }
    case Delivery::kStream:
      return deliver_events(exchange, run->events, creator_reads(*run, creation), routing.heartbeat,
                            std::move(gone));
    case Delivery::kWait: {
      const auto reply = WaitingReply::start(exchange, run_headers(row, creation.scope, "/join"),
                                             routing.heartbeat, std::move(gone));
      return routing.runs.when_ended(
          run, [run, reply, envelope = creation.envelope](const RunOutcome& outcome) {
            reply->finish(envelope ? envelope_json(run->row, outcome) : bare_json(outcome));
          });
    }
  }
}

void create(const RunRouting& routing, Delivery delivery, Scope scope, const Request& request,
            const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  auto asked = RunRequest::from_json(*body);
  if (!asked) return exchange->respond(error_reply(asked.error()));
  const auto envelope =
      query->text("envelope").value_or(routing.envelope == WaitEnvelope::kRun ? "run" : "none");
  const Creation creation{delivery, scope, asked->on_disconnect, envelope == "run", query->list("namespace")};
  const auto created = [routing, creation, exchange](const Result<ActiveRunPtr>& run) {
    show_created(routing, creation, exchange, run);
  };
  if (scope == Scope::kThread) {
    const auto thread_id = uuid_param(request, "thread_id");
    if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
    return routing.runs.create(*thread_id, std::move(*asked), created);
  }
  if (routing.runs.can_create_without_disk(*asked, delivery)) {
    return routing.runs.create_stateless(std::move(*asked), delivery, created);
  }
  routing.readers.post([routing, asked = std::move(*asked), delivery, created] {
    routing.runs.create_stateless(asked, delivery, created);
  });
}

// ---- Reading and ending: handlers get ids that are UUIDs. ----

struct RunAddress {
  std::string thread_id;
  std::string run_id;
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

void cancel(const RunRouting& routing, const RunAddress& at, const Request& request,
            const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto wait = query ? query->boolean("wait", false) : Result<bool>(fail(query.error()));
  if (!wait) return exchange->respond(error_reply(wait.error()));
  const auto action = query->text("action").value_or("interrupt");
  if (action != "interrupt" && action != "rollback") {
    return exchange->respond(
        error_reply(Error{ErrorCode::kInvalid, "action: must be interrupt or rollback"}));
  }
  routing.runs.cancel(at.thread_id, at.run_id,
                      action == "rollback" ? CancelAction::kRollback : CancelAction::kInterrupt,
                      *wait ? RunService::CancelWait::kUntilEnded : RunService::CancelWait::kNo,
                      [exchange, status = *wait ? 204 : 202](const Result<std::monostate>& done) {
                        exchange->respond(done ? empty_reply(status) : error_reply(done.error()));
                      });
}

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
      WaitingReply::start(exchange, run_headers(*run, Scope::kThread, "/join"), routing.heartbeat,
                          cancel_when_gone(routing.runs, *run, *on_disconnect));
  routing.runs.join(at.thread_id, at.run_id, [reply](const Result<RunOutcome>& outcome) {
    reply->finish(outcome ? bare_json(*outcome) : "{\"__error__\":" + error_json(outcome.error()) + "}");
  });
}

// What the run's creator asked for, or those of its modes that the joining client names.
EventRequest joiner_reads(const models::Run& run, const Request& request, const Query& query) {
  EventRequest reads;
  reads.after = last_event_id(request);
  const auto kwargs = parse_json(run.kwargs);
  if (const auto created = kwargs ? RunRequest::from_json(*kwargs) : Result<RunRequest>(fail(kwargs.error()))) {
    reads.modes = runtime::modes_from(created->stream_modes);
    if (!created->subgraphs) reads.subgraphs = runtime::Subgraphs::kHidden;
  }
  if (const auto named = query.list("stream_mode"); !named.empty()) reads.modes = runtime::modes_from(named);
  reads.namespaces = query.list("namespace");
  reads.headers = run_headers(run, Scope::kThread, "/stream");
  return reads;
}

void stream(const RunRouting& routing, const RunAddress& at, const Request& request,
            const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto on_disconnect = query ? on_disconnect_of(*query) : Result<OnDisconnect>(fail(query.error()));
  if (!on_disconnect) return exchange->respond(error_reply(on_disconnect.error()));
  const auto run = routing.runs.get(at.thread_id, at.run_id);
  if (!run) return exchange->respond(error_reply(run.error()));
  const auto events = routing.runs.events(at.thread_id, at.run_id);
  if (!events) return exchange->respond(error_reply(events.error()));
  deliver_events(exchange, *events, joiner_reads(*run, request, *query), routing.heartbeat,
                 cancel_when_gone(routing.runs, *run, *on_disconnect));
}

// ---- Registration ----

void add_creating_routes(RouteTable& routes, const RunRouting& routing, Scope scope) {
  const bool on_thread = scope == Scope::kThread;
  const std::string base = on_thread ? "/threads/{thread_id}/runs" : "/runs";
  const std::string suffix = on_thread ? "" : "_stateless";
  const std::string where = on_thread ? " on a thread" : " without a thread";
  const auto add = [&](const std::string& below, Delivery delivery, Operation operation) {
    operation.tag = on_thread ? "Runs" : "Stateless runs";
    operation.request = "RunCreate";
    operation.errors = {400, 404, 409, 422, 429};
    routes.add({Method::kPost, base + below, on_thread ? Affinity::kReader : Affinity::kInline,
                std::move(operation),
                [routing, delivery, scope](const Request& request, const ExchangePtr& exchange) {
                  create(routing, delivery, scope, request, exchange);
                }});
  };
  add("", Delivery::kBackground, {"create_run" + suffix, "", "Start a run" + where, "", "Run"});
  add("/stream", Delivery::kStream,
      {"stream_run" + suffix, "", "Start a run" + where + " and stream its events", "", "sse"});
  add("/wait", Delivery::kWait,
      {"wait_run" + suffix,
       "",
       "Start a run" + where + " and wait for its final values",
       "",
       "Values",
       200,
       {{"envelope", "string",
         "run = {run_id, thread_id, status, output, error, metadata}; none = the bare values"}}});
}

}  // namespace

void add_run_routes(RouteTable& routes, const RunRouting& routing) {
  add_creating_routes(routes, routing, Scope::kThread);
  add_creating_routes(routes, routing, Scope::kStateless);
  const std::string base = "/threads/{thread_id}/runs";
  routes.add(
      {Method::kGet,
       base,
       Affinity::kReader,
       {"list_runs",
        "Runs",
        "List the runs of a thread, newest first",
        "",
        "Run[]",
        200,
        {{"limit", "integer", "1 to 1000, default 10"},
         {"offset", "integer", "default 0"},
         {"status", "string", "only runs with this status"},
         {"select", "array", "only these members"}},
        {404, 422}},
       [routing](const Request& request, const ExchangePtr& exchange) { list(routing, request, exchange); }});
  const auto add_one = [&](Method method, const std::string& below, Operation operation, auto handler) {
    operation.tag = "Runs";
    operation.errors = {404, 422};
    routes.add({method, base + "/{run_id}" + below, Affinity::kReader, std::move(operation),
                [routing, handler](const Request& request, const ExchangePtr& exchange) {
                  auto thread_id = uuid_param(request, "thread_id");
                  if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
                  auto run_id = uuid_param(request, "run_id");
                  if (!run_id) return exchange->respond(error_reply(run_id.error()));
                  handler(routing, RunAddress{std::move(*thread_id), std::move(*run_id)}, request, exchange);
                }});
  };
  const QueryParameter disconnect{"cancel_on_disconnect", "boolean", "cancel the run when this client goes"};
  add_one(Method::kGet, "", {"get_run", "", "Get a run", "", "Run"}, get);
  add_one(Method::kDelete, "",
          {"delete_run", "", "Delete a run and its checkpoints; 409 while it is active", "", "", 204},
          remove);
  add_one(
      Method::kPost, "/cancel",
      {"cancel_run",
       "",
       "Cancel a run; 204 when wait=1 and it has stopped",
       "",
       "",
       202,
       {{"wait", "boolean", "answer when it has stopped"}, {"action", "string", "interrupt or rollback"}}},
      cancel);
  add_one(Method::kGet, "/join",
          {"join_run", "", "Wait for the final values of a run", "", "Values", 200, {disconnect}}, join);
  add_one(Method::kGet, "/stream",
          {"join_run_stream",
           "",
           "Join the events of a run; Last-Event-ID replays",
           "",
           "sse",
           200,
           {disconnect, {"stream_mode", "array", "only events of these modes"}}},
          stream);
}

}  // namespace agenthost::routers
