#include "host/routers/thread_stream_router.hpp"

#include "host/routers/event_delivery.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/thread_delivery.hpp"
#include "host/routers/thread_socket.hpp"

namespace agenthost::routers {
namespace {

using services::JoinEvent;
using services::V2Filter;

Response bad_request(std::string_view detail) {
  return json_reply("{\"detail\":" + quote(detail) + "}", 400);
}

// ---- Protocol v2 ----

void stream_events(const ThreadStreamRouting& routing, const std::string& thread_id, const Request& request,
                   const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  auto filter = V2Filter::from_json(*body, V2Filter::Unknown::kIgnored);
  if (!filter) return exchange->respond(bad_request(filter.error().text));
  const auto* since = find_member(*body, "since");
  if (since != nullptr && !since->IsUint64()) {
    return exchange->respond(bad_request("since: must be a whole number, 0 or more"));
  }
  deliver_tape(exchange, routing.services.tapes.open(thread_id), std::move(*filter),
               since != nullptr ? since->GetUint64() : 0, routing.heartbeat);
}

void command(const ThreadStreamRouting& routing, const std::string& thread_id, const Request& request,
             const ExchangePtr& exchange) {
  const auto call = ProtocolCall::read(thread_id, request.body, [exchange](const ProtocolReply& reply) {
    if (reply.status == 200) return exchange->respond(json_reply(reply.json));
    exchange->respond(json_reply("{\"detail\":" + quote(reply.message) + "}", reply.status));
  });
  if (call) run_protocol_command(routing.services, call);
}

void open_socket(const ThreadStreamRouting& routing, const std::string& thread_id, const Request&,
                 const ExchangePtr& exchange) {
  exchange->upgrade(
      std::make_shared<ThreadSocket>(routing.services, routing.readers, routing.timers, thread_id));
}

// ---- The older join ----

Result<JoinKinds> join_kinds(const Query& query) {
  JoinKinds kinds;
  auto words = query.list("stream_mode");
  const auto more = query.list("stream_modes");
  words.insert(words.end(), more.begin(), more.end());
  if (words.empty()) words.emplace_back("run_modes");
  for (const auto& word : words) {
    if (word == "run_modes") {
      kinds.insert({JoinEvent::Kind::kRun, JoinEvent::Kind::kLifecycle});
    } else if (word == "lifecycle") {
      kinds.insert(JoinEvent::Kind::kLifecycle);
    } else if (word == "state_update") {
      kinds.insert(JoinEvent::Kind::kState);
    } else {
      return fail(ErrorCode::kInvalid, "stream_mode: must be lifecycle, run_modes or state_update");
    }
  }
  return kinds;
}

void join_thread(const ThreadStreamRouting& routing, const std::string& thread_id, const Request& request,
                 const ExchangePtr& exchange) {
  if (request.wants_socket) return open_socket(routing, thread_id, request, exchange);
  const auto query = Query::parse(request.query);
  auto kinds = query ? join_kinds(*query) : Result<JoinKinds>(fail(query.error()));
  if (!kinds) return exchange->respond(error_reply(kinds.error()));
  if (const auto thread = routing.services.threads.get(thread_id); !thread) {
    return exchange->respond(error_reply(thread.error()));
  }
  // A Last-Event-ID that is no number ("-") means from the beginning.
  deliver_joined(exchange, routing.services.tapes.open(thread_id), std::move(*kinds), last_event_id(request),
                 routing.heartbeat);
}

}  // namespace

void add_thread_stream_routes(RouteTable& routes, const ThreadStreamRouting& routing) {
  const auto add = [&](Method method, const std::string& below, Affinity affinity, Operation operation,
                       auto handler) {
    operation.tag = "Thread streams";
    routes.add({method, "/threads/{thread_id}" + below, affinity, std::move(operation),
                [routing, handler](const Request& request, const ExchangePtr& exchange) {
                  const auto thread_id = uuid_param(request, "thread_id");
                  if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
                  handler(routing, *thread_id, request, exchange);
                }});
  };
  add(Method::kPost, "/stream/events", Affinity::kReader,
      {"stream_thread_events",
       "",
       "Follow all runs of a thread: the kept events that match, then live ones",
       "ThreadEventsRequest",
       "sse:ThreadEvent",
       200,
       {},
       {400, 422}},
      stream_events);
  add(Method::kPost, "/stream", Affinity::kReader,
      {"stream_thread_events_alias",
       "",
       "The same as /stream/events",
       "ThreadEventsRequest",
       "sse:ThreadEvent",
       200,
       {},
       {400, 422}},
      stream_events);
  add(Method::kPost, "/commands", Affinity::kReader,
      {"run_thread_command",
       "",
       "Start, answer, fork or inspect; errors of the protocol come with status 200",
       "ProtocolCommand",
       "ProtocolReply",
       200,
       {},
       {400, 404, 422}},
      command);
  add(Method::kGet, "/stream/events", Affinity::kInline,
      {"open_thread_socket",
       "",
       "WebSocket (Upgrade): commands in, their answers and events out",
       "",
       "",
       101,
       {},
       {400, 403, 422, 426}},
      open_socket);
  add(Method::kGet, "/stream", Affinity::kReader,
      {"join_thread_stream",
       "",
       "Join the streams of all runs of a thread; Last-Event-ID replays; with Upgrade: the WebSocket",
       "",
       "sse:JoinedEvent",
       200,
       {{"stream_mode", "array", "lifecycle, run_modes (default), state_update"},
        {"stream_modes", "array", "the same"},
        last_event_id_parameter()},
       {400, 403, 404, 422, 426},
       101},
      join_thread);
}

}  // namespace agenthost::routers
