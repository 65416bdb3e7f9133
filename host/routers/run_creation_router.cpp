#include "host/routers/configurable_headers.hpp"
#include "host/routers/event_delivery.hpp"
#include "host/routers/projection.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/run_replies.hpp"
#include "host/routers/runs_router.hpp"
#include "host/routers/waiting_reply.hpp"

namespace agenthost::routers {
namespace {

using models::RunRequest;
using services::ActiveRunPtr;
using services::Delivery;
using services::RunOutcome;

struct Creation {
  Delivery delivery;
  Scope scope;
  models::OnDisconnect on_disconnect;
  bool envelope;
  std::vector<std::string> namespaces;  // only these graphs inside the run's
};

Headers headers_of(const models::Run& run, Scope scope, std::string_view below) {
  return run_headers(run.thread_id, run.run_id, scope, below);
}

void show_created(const RunRouting& routing, const Creation& creation, const ExchangePtr& exchange,
                  const Result<ActiveRunPtr>& created) {
  if (!created) return exchange->respond(error_reply(created.error()));
  const auto& run = *created;
  const auto& row = run->row;
  auto gone = cancel_when_gone(routing.runs, row.run_id, creation.on_disconnect);
  switch (creation.delivery) {
    case Delivery::kBackground: {
      auto reply = json_reply(to_json(row));
      reply.headers = headers_of(row, creation.scope, "");
      return exchange->respond(std::move(reply));
    }
    case Delivery::kStream: {
      auto reads = reads_of(run->request);
      reads.after = 0;
      reads.filter.namespaces = creation.namespaces;
      reads.headers = headers_of(row, creation.scope, "/stream");
      return deliver_events(exchange, run->events, std::move(reads), routing.heartbeat, std::move(gone));
    }
    case Delivery::kWait: {
      const auto reply = WaitingReply::start(exchange, headers_of(row, creation.scope, "/join"),
                                             routing.heartbeat, std::move(gone));
      return routing.runs.when_ended(
          run, [run, reply, envelope = creation.envelope](const RunOutcome& outcome) {
            reply->finish(envelope ? envelope_json(run->row, outcome) : bare_json(outcome));
          });
    }
  }
}

Result<RunRequest> read_request(const RunRouting& routing, const Request& request, const JsonValue& body) {
  auto asked = RunRequest::from_json(body);
  if (asked) asked->config = with_headers(asked->config, request.headers, routing.configurable_headers);
  return asked;
}

void create(const RunRouting& routing, Delivery delivery, Scope scope, const Request& request,
            const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  auto asked = read_request(routing, request, *body);
  if (!asked) return exchange->respond(error_reply(asked.error()));
  asked->background = delivery == Delivery::kBackground;
  const auto envelope =
      query->text("envelope").value_or(routing.envelope == WaitEnvelope::kRun ? "run" : "none");
  const Creation creation{delivery, scope, asked->on_disconnect, envelope == "run", query->list("namespace")};
  const auto created = [routing, creation, exchange](const Result<ActiveRunPtr>& run) {
    show_created(routing, creation, exchange, run);
  };
  if (scope == Scope::kThread) {
    const auto thread_id = uuid_param(request, "thread_id");
    if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
    return routing.runs.create(*thread_id, std::move(*asked), delivery, created);
  }
  if (routing.runs.can_create_without_disk(*asked, delivery)) {
    return routing.runs.create_stateless(std::move(*asked), delivery, created);
  }
  routing.readers.post([routing, asked = std::move(*asked), delivery, created] {
    routing.runs.create_stateless(asked, delivery, created);
  });
}

Result<std::vector<RunRequest>> read_batch(const RunRouting& routing, const Request& request,
                                           const JsonValue& body) {
  if (!body.IsArray() || body.Empty())
    return fail(ErrorCode::kInvalid, "body: must be an array of at least one run");
  std::vector<RunRequest> batch;
  for (const auto& item : body.GetArray()) {
    auto asked = read_request(routing, request, item);
    if (!asked) {
      auto error = asked.error();
      error.text = "[" + std::to_string(batch.size()) + "] " + error.text;
      return fail(std::move(error));
    }
    asked->background = true;
    batch.push_back(std::move(*asked));
  }
  return batch;
}

void create_batch(const RunRouting& routing, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  auto batch = read_batch(routing, request, *body);
  if (!batch) return exchange->respond(error_reply(batch.error()));
  routing.runs.create_batch(std::move(*batch), [exchange](const Result<std::vector<ActiveRunPtr>>& created) {
    if (!created) return exchange->respond(error_reply(created.error()));
    std::vector<std::string> runs;
    for (const auto& run : *created) runs.push_back(to_json(run->row));
    exchange->respond(json_reply(json_array(runs)));
  });
}

void add_creating_routes(RouteTable& routes, const RunRouting& routing, Scope scope) {
  const bool on_thread = scope == Scope::kThread;
  const std::string base = on_thread ? "/threads/{thread_id}/runs" : "/runs";
  const std::string suffix = on_thread ? "" : "_stateless";
  const std::string where = on_thread ? " on a thread" : " without a thread";
  const auto add = [&](const std::string& below, Delivery delivery, Operation operation) {
    operation.tag = on_thread ? "Runs" : "Stateless runs";
    operation.request = on_thread ? "RunCreate" : "RunCreateStateless";
    operation.errors = {400, 404, 409, 422, 429};
    routes.add({Method::kPost, base + below, on_thread ? Affinity::kReader : Affinity::kInline,
                std::move(operation),
                [routing, delivery, scope](const Request& request, const ExchangePtr& exchange) {
                  create(routing, delivery, scope, request, exchange);
                }});
  };
  add("", Delivery::kBackground, {"create_run" + suffix, "", "Start a run" + where, "", "Run"});
  add("/stream", Delivery::kStream,
      {"stream_run" + suffix,
       "",
       "Start a run" + where + " and stream its events",
       "",
       "sse:RunEvent",
       200,
       {{"namespace", "array", "only events of these subgraphs, such as child:<task id>"}}});
  add("/wait", Delivery::kWait,
      {"wait_run" + suffix,
       "",
       "Start a run" + where + " and wait for its final values",
       "",
       "ValuesOrEnvelope",
       200,
       {{"envelope", "string",
         "run = {run_id, thread_id, status, output, error, metadata}; none = the bare values"}}});
}

}  // namespace

void add_run_creation_routes(RouteTable& routes, const RunRouting& routing) {
  add_creating_routes(routes, routing, Scope::kThread);
  add_creating_routes(routes, routing, Scope::kStateless);
  routes.add({Method::kPost,
              "/runs/batch",
              Affinity::kReader,
              {"create_run_batch",
               "Stateless runs",
               "Start several runs without threads: all or none",
               "RunCreateStateless[]",
               "Run[]",
               200,
               {},
               {400, 404, 409, 422, 429}},
              [routing](const Request& request, const ExchangePtr& exchange) {
                create_batch(routing, request, exchange);
              }});
}

void add_run_routes(RouteTable& routes, const RunRouting& routing) {
  add_run_creation_routes(routes, routing);
  add_run_control_routes(routes, routing);
}

}  // namespace agenthost::routers
