#include "host/routers/state_router.hpp"

#include <algorithm>

#include "host/models/fields.hpp"
#include "host/routers/projection.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

using models::Checkpoint;
using models::Fields;
using services::Expand;
using services::StateAddress;
using services::StateService;

// Handlers get a thread id that is a UUID.

void respond_with_state(const ExchangePtr& exchange, const Result<std::string>& state,
                        const std::vector<std::string>& select) {
  exchange->respond(state ? json_reply(project_state(*state, select)) : error_reply(state.error()));
}

Expand expand(bool subgraphs) {
  return subgraphs ? Expand::kSubgraphs : Expand::kNothing;
}

// ---- Where: clients write namespaces with '|' or, in v2, with NUL between the graphs. ----

std::string namespace_of(std::string text) {
  std::replace(text.begin(), text.end(), '\0', '|');
  return text;
}

// {checkpoint_id?, checkpoint_ns?}, and `checkpoint_id` beside it as older clients send it.
StateAddress address_of(Fields& fields) {
  StateAddress at;
  at.checkpoint_id = fields.uuid("checkpoint_id");
  const auto* checkpoint = fields.member("checkpoint");
  if (checkpoint == nullptr) return at;
  Fields inner(*checkpoint);
  if (auto id = inner.uuid("checkpoint_id")) at.checkpoint_id = std::move(id);
  at.checkpoint_ns = namespace_of(inner.text("checkpoint_ns").value_or(""));
  if (const auto good = inner.status(); !good) fields.wrong("checkpoint", good.error().text);
  return at;
}

// ---- Reading ----

struct Reading {
  Expand expand;
  std::vector<std::string> select;
};

Result<Reading> reading_of(const Request& request) {
  const auto query = Query::parse(request.query);
  if (!query) return fail(query.error());
  const auto subgraphs = query->boolean("subgraphs", false);
  if (!subgraphs) return fail(subgraphs.error());
  return Reading{expand(*subgraphs), query->list("select")};
}

void latest(StateService& states, const std::string& id, const Request& request,
            const ExchangePtr& exchange) {
  const auto reading = reading_of(request);
  if (!reading) return exchange->respond(error_reply(reading.error()));
  respond_with_state(exchange, states.get(id, {}, reading->expand), reading->select);
}

void at_id(StateService& states, const std::string& id, const Request& request, const ExchangePtr& exchange) {
  const auto checkpoint_id = uuid_param(request, "checkpoint_id");
  if (!checkpoint_id) return exchange->respond(error_reply(checkpoint_id.error()));
  const auto reading = reading_of(request);
  if (!reading) return exchange->respond(error_reply(reading.error()));
  respond_with_state(exchange, states.get(id, {"", *checkpoint_id}, reading->expand), reading->select);
}

// An empty body, or a checkpoint without an id, means the latest. What the body says wins over the query.
void at_checkpoint(StateService& states, const std::string& id, const Request& request,
                   const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  const auto reading = reading_of(request);
  if (!reading) return exchange->respond(error_reply(reading.error()));
  Fields fields(*body);
  const auto at = address_of(fields);
  const auto select = fields.texts("select").value_or(reading->select);
  const auto subgraphs = fields.boolean("subgraphs");
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  respond_with_state(exchange, states.get(id, at, subgraphs ? expand(*subgraphs) : reading->expand), select);
}

void respond_with_history(const ExchangePtr& exchange, const Result<std::vector<std::string>>& history,
                          const std::vector<std::string>& select) {
  if (!history) return exchange->respond(error_reply(history.error()));
  std::vector<std::string> items;
  for (const auto& state : *history) items.push_back(project_state(state, select));
  exchange->respond(json_reply(json_array(items)));
}

void history(StateService& states, const std::string& id, const Request& request,
             const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto limit = query->integer("limit", 10, 1, 1000);
  if (!limit) return exchange->respond(error_reply(limit.error()));
  respond_with_history(exchange, states.history(id, {"", query->text("before"), std::nullopt, *limit}, {}),
                       query->list("select"));
}

// `before` comes as an id, as {checkpoint_id} or as {configurable:{checkpoint_id}}.
std::optional<std::string> before_of(Fields& fields) {
  const auto* before = fields.member("before");
  if (before == nullptr) return std::nullopt;
  if (before->IsString()) return std::string(as_view(*before));
  const auto* configurable = find_member(*before, "configurable");
  const auto id = string_member(configurable != nullptr ? *configurable : *before, "checkpoint_id");
  if (id.empty()) fields.wrong("before", "must be a checkpoint id or an object that has one");
  return std::string(id);
}

void search_history(StateService& states, const std::string& id, const Request& request,
                    const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  storage::CheckpointFilter filter;
  filter.limit = fields.integer("limit", 1, 1000).value_or(10);
  filter.before = before_of(fields);
  filter.metadata_contains = fields.object("metadata");
  auto at = address_of(fields);
  filter.checkpoint_ns = std::move(at.checkpoint_ns);
  const auto select = fields.texts("select").value_or(std::vector<std::string>{});
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  respond_with_history(exchange, states.history(id, filter, at.checkpoint_id), select);
}

// ---- Changing ----

// As given: an object, a list, or nothing.
Result<JsonBlob> values_of(const JsonValue& update) {
  const auto* values = find_member(update, "values");
  if (values == nullptr) return JsonBlob();
  const bool list = values->IsArray() && std::all_of(values->Begin(), values->End(),
                                                     [](const JsonValue& one) { return one.IsObject(); });
  if (!values->IsObject() && !list)
    return fail(ErrorCode::kInvalid, "values: must be an object, a list of objects or null");
  return make_blob(to_text(*values));
}

Result<runtime::StateWrite> read_write(const JsonValue& update) {
  Fields fields(update);
  runtime::StateWrite write;
  write.as_node = fields.text("as_node");
  if (const auto command = fields.object("command")) write.command = make_blob(*command);
  if (const auto good = fields.status(); !good) return fail(good.error());
  auto values = values_of(update);
  if (!values) return fail(values.error());
  write.values = std::move(*values);
  return write;
}

std::string made_json(const Checkpoint& checkpoint) {
  const auto address = address_json(checkpoint, checkpoint.checkpoint_id);
  return "{\"checkpoint\":" + address + ",\"configurable\":" + address +
         ",\"checkpoint_id\":" + quote(checkpoint.checkpoint_id) + "}";
}

services::Reply<Checkpoint> answer_with_checkpoint(const ExchangePtr& exchange) {
  return [exchange](const Result<Checkpoint>& made) {
    if (made) return exchange->respond(json_reply(made_json(*made)));
    const bool no_graph = made.error().kind == "NoGraphError";
    auto reply = error_reply(made.error());
    if (no_graph) reply.status = 400;
    exchange->respond(std::move(reply));
  };
}

void update(StateService& states, const std::string& id, const Request& request,
            const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  auto at = address_of(fields);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  auto write = read_write(*body);
  if (!write) return exchange->respond(error_reply(write.error()));
  states.update(id, at, {{std::move(*write)}}, answer_with_checkpoint(exchange));
}

void patch(StateService& states, const std::string& id, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  const auto metadata = fields.object("metadata").value_or("{}");
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  states.merge_metadata(id, metadata, answer_with_checkpoint(exchange));
}

// ---- Registration ----

// add(method, below, operation, handler): a route below one thread, whose id the handler is given.
auto route_adder(RouteTable& routes, StateService& states) {
  return [&routes, &states](Method method, const std::string& below, Operation operation, auto handler) {
    operation.tag = "Thread state";
    operation.errors.insert(operation.errors.begin(), 404);
    routes.add({method, "/threads/{thread_id}" + below, Affinity::kReader, std::move(operation),
                [&states, handler](const Request& request, const ExchangePtr& exchange) {
                  const auto id = uuid_param(request, "thread_id");
                  if (!id) return exchange->respond(error_reply(id.error()));
                  handler(states, *id, request, exchange);
                }});
  };
}

void add_reading(const auto& add) {
  const Parameter select{"select", "array", "only these members, or values.<channel>"};
  const Parameter subgraphs{"subgraphs", "boolean", "with the states of the graphs inside"};
  add(Method::kGet, "/state",
      {"get_thread_state", "", "The latest state", "", "ThreadState", 200, {subgraphs, select}, {422}},
      latest);
  add(Method::kGet, "/state/{checkpoint_id}",
      {"get_thread_state_at",
       "",
       "The state at a checkpoint",
       "",
       "ThreadState",
       200,
       {subgraphs, select},
       {422}},
      at_id);
  add(Method::kPost, "/state/checkpoint",
      {"get_thread_state_at_checkpoint",
       "",
       "The state at a checkpoint; the latest of the namespace when none is named",
       "StateAtCheckpoint",
       "ThreadState",
       200,
       {subgraphs, select},
       {422}},
      at_checkpoint);
  add(Method::kGet, "/history",
      {"get_thread_history",
       "",
       "Past states, newest first",
       "",
       "ThreadState[]",
       200,
       {{"limit", "integer", "1 to 1000, default 10"},
        {"before", "string", "older than this checkpoint id"},
        select},
       {422}},
      history);
  add(Method::kPost, "/history",
      {"search_thread_history",
       "",
       "Past states that match, newest first",
       "HistorySearch",
       "ThreadState[]",
       200,
       {},
       {422}},
      search_history);
}

void add_changing(const auto& add) {
  add(Method::kPost, "/state",
      {"update_thread_state",
       "",
       "Change the state as if a node had written; starts no run",
       "StateUpdate",
       "StateUpdated",
       200,
       {},
       {400, 409, 422}},
      update);
  add(Method::kPatch, "/state",
      {"patch_thread_state",
       "",
       "Merge metadata into the latest checkpoint",
       "StatePatch",
       "StateUpdated",
       200,
       {},
       {422}},
      patch);
}

}  // namespace

Result<Supersteps> read_supersteps(const JsonValue& supersteps) {
  const auto bad = [] {
    return fail(ErrorCode::kInvalid, "supersteps: must be a list of {\"updates\":[{values, as_node}]}");
  };
  if (!supersteps.IsArray()) return bad();
  Supersteps all;
  for (const auto& superstep : supersteps.GetArray()) {
    const auto* updates = find_member(superstep, "updates");
    if (updates == nullptr || !updates->IsArray() || updates->Empty()) return bad();
    auto& writes = all.emplace_back();
    for (const auto& update : updates->GetArray()) {
      auto write = read_write(update);
      if (!write) return fail(ErrorCode::kInvalid, "supersteps: " + write.error().text);
      writes.push_back(std::move(*write));
    }
  }
  return all;
}

void add_state_routes(RouteTable& routes, StateService& states) {
  const auto add = route_adder(routes, states);
  add_reading(add);
  add_changing(add);
}

}  // namespace agenthost::routers
