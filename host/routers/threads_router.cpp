#include "host/routers/threads_router.hpp"

#include <algorithm>

#include "host/models/fields.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/state_router.hpp"

namespace agenthost::routers {
namespace {

using models::Fields;
using services::IfExists;
using services::ThreadService;
using services::ThreadView;

std::string view_json(const ThreadView& view) {
  return to_json(view.thread, view.values);
}

services::Reply<ThreadView> answer_with_thread(const ExchangePtr& exchange) {
  return [exchange](const Result<ThreadView>& view) {
    exchange->respond(view ? json_reply(view_json(*view)) : error_reply(view.error()));
  };
}

// Minutes, or {"ttl": minutes, "strategy": "delete" | "keep_latest"}. It begins now.
std::optional<models::Ttl> read_ttl(Fields& fields) {
  const auto* ttl = fields.member("ttl");
  if (ttl == nullptr) return std::nullopt;
  auto strategy = models::TtlStrategy::kDelete;
  const auto* minutes = ttl;
  if (ttl->IsObject()) {
    minutes = find_member(*ttl, "ttl");
    const auto named = models::ttl_strategy_from(string_member(*ttl, "strategy", "delete"));
    if (!named) fields.wrong("ttl.strategy", "must be delete or keep_latest");
    strategy = named.value_or(strategy);
  }
  constexpr double kLongest = 50'000'000;
  if (minutes == nullptr || !minutes->IsNumber() || minutes->GetDouble() <= 0 ||
      minutes->GetDouble() > kLongest) {
    fields.wrong("ttl", "must be minutes above 0, or {\"ttl\": minutes, \"strategy\"}");
    return std::nullopt;
  }
  return models::make_ttl(minutes->GetDouble(), strategy, now_us());
}

// A thread that comes with a past: the past first, or no thread.
void fill(ThreadService& threads, services::StateService& states, const std::string& id,
          Supersteps supersteps, const ExchangePtr& exchange) {
  states.update(id, {}, std::move(supersteps),
                [&threads, id, exchange](const Result<models::Checkpoint>& made) {
                  if (made) return answer_with_thread(exchange)(threads.get(id));
                  threads.remove(id, [exchange, error = made.error()](const auto&) {
                    auto reply = error_reply(error);
                    if (error.kind == "NoGraphError") reply.status = 400;
                    exchange->respond(std::move(reply));
                  });
                });
}

void create(ThreadService& threads, services::StateService& states, const Request& request,
            const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  models::Thread thread;
  thread.thread_id = fields.uuid("thread_id").value_or(new_uuid7());
  thread.metadata = fields.object("metadata").value_or("{}");
  thread.created_at = thread.updated_at = thread.state_updated_at = now_us();
  thread.ttl = read_ttl(fields);
  const auto if_exists = fields.word("if_exists", {"raise", "do_nothing"});
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  const auto* past = fields.member("supersteps");
  auto supersteps = past != nullptr ? read_supersteps(*past) : Result<Supersteps>(Supersteps{});
  if (!supersteps) return exchange->respond(error_reply(supersteps.error()));
  const auto mode = if_exists == "do_nothing" ? IfExists::kDoNothing : IfExists::kRaise;
  if (supersteps->empty()) return threads.create(std::move(thread), mode, answer_with_thread(exchange));
  // Only a thread that is made here gets the past.
  threads.create(std::move(thread), IfExists::kRaise,
                 [&threads, &states, exchange, supersteps = *supersteps](const Result<ThreadView>& made) {
                   if (!made) return exchange->respond(error_reply(made.error()));
                   fill(threads, states, made->thread.thread_id, supersteps, exchange);
                 });
}

// Handlers below get a thread id that is a UUID.
void get(ThreadService& threads, const std::string& id, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto view = threads.get(id);
  if (!view) return exchange->respond(error_reply(view.error()));
  const auto include = query->list("include");
  const bool ttl = std::any_of(include.begin(), include.end(), [](const std::string& members) {
    return ("," + members + ",").find(",ttl,") != std::string::npos;  // one list, or repeated
  });
  auto json = view_json(*view);
  if (ttl) json = merge_objects(json, "{\"ttl\":" + ttl_json(view->thread) + "}");
  exchange->respond(json_reply(std::move(json)));
}

void update(ThreadService& threads, const std::string& id, const Request& request,
            const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  storage::UpdateThread change;
  change.thread_id = id;
  change.now = now_us();
  change.merge_metadata = fields.object("metadata");
  change.ttl = read_ttl(fields);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  const auto* prefer = request.header("prefer");
  const bool minimal = prefer != nullptr && prefer->find("return=minimal") != std::string::npos;
  if (!minimal) return threads.update(std::move(change), answer_with_thread(exchange));
  threads.change(std::move(change), [exchange](const Result<std::monostate>& changed) {
    exchange->respond(changed ? empty_reply() : error_reply(changed.error()));
  });
}

void copy(ThreadService& threads, const std::string& id, const Request&, const ExchangePtr& exchange) {
  threads.copy(id, answer_with_thread(exchange));
}

std::string part_json(const storage::ThreadUsage::Part& part) {
  return "\"count\":" + std::to_string(part.count) + ",\"bytes\":" + std::to_string(part.bytes);
}

std::string usage_json(const std::string& id, const storage::ThreadUsage& usage) {
  std::string channels;
  for (const auto& [channel, part] : usage.by_channel)
    channels += (channels.empty() ? "" : ",") + quote(channel) + ":{" + part_json(part) + "}";
  const auto total = usage.checkpoints.bytes + usage.channel_values.bytes + usage.pending_writes.bytes;
  return "{\"thread_id\":\"" + id + "\",\"total_bytes\":" + std::to_string(total) + ",\"checkpoints\":{" +
         part_json(usage.checkpoints) + "},\"channel_values\":{" + part_json(usage.channel_values) +
         ",\"by_channel\":{" + channels + "}},\"pending_writes\":{" + part_json(usage.pending_writes) + "}}";
}

void usage(ThreadService& threads, const std::string& id, const Request&, const ExchangePtr& exchange) {
  const auto found = threads.usage(id);
  exchange->respond(found ? json_reply(usage_json(id, *found)) : error_reply(found.error()));
}

void remove(ThreadService& threads, const std::string& id, const Request&, const ExchangePtr& exchange) {
  threads.remove(id, [exchange](const Result<std::monostate>& removed) {
    exchange->respond(removed ? empty_reply() : error_reply(removed.error()));
  });
}

void messages(ThreadService& threads, const std::string& id, const Request&, const ExchangePtr& exchange) {
  const auto list = threads.messages(id);
  exchange->respond(list ? json_reply(*list) : error_reply(list.error()));
}

// add(method, pattern, operation, handler) for what follows.
auto route_adder(RouteTable& routes, ThreadService& threads) {
  return [&routes, &threads](Method method, std::string pattern, Operation operation, auto handler) {
    operation.tag = "Threads";
    routes.add({method, std::move(pattern), Affinity::kReader, std::move(operation),
                [&threads, handler](const Request& request, const ExchangePtr& exchange) {
                  handler(threads, request, exchange);
                }});
  };
}

// add_one(method, below, operation, handler): the same below one thread, whose id the handler is given.
auto single_route_adder(const auto& add) {
  return [&add](Method method, const std::string& below, Operation operation, auto handler) {
    operation.errors.insert(operation.errors.begin(), 404);
    add(method, "/threads/{thread_id}" + below, std::move(operation),
        [handler](ThreadService& service, const Request& request, const ExchangePtr& exchange) {
          const auto id = uuid_param(request, "thread_id");
          if (!id) return exchange->respond(error_reply(id.error()));
          handler(service, *id, request, exchange);
        });
  };
}

void add_single_routes(const auto& add_one) {
  add_one(Method::kGet, "",
          {"get_thread",
           "",
           "Get a thread with its values",
           "",
           "Thread",
           200,
           {{"include", "array", "ttl = with its time to live"}},
           {422}},
          get);
  add_one(Method::kPatch, "",
          {"update_thread",
           "",
           "Merge metadata into a thread, set its time to live; 204 with Prefer: return=minimal",
           "ThreadPatch",
           "Thread",
           200,
           {},
           {422},
           204},
          update);
  add_one(Method::kPost, "/copy",
          {"copy_thread", "", "Copy a thread with its past", "", "Thread", 200, {}, {409, 422}}, copy);
  add_one(Method::kGet, "/storage",
          {"get_thread_storage", "", "The bytes that a thread takes", "", "ThreadStorage", 200, {}, {422}},
          usage);
  add_one(Method::kDelete, "",
          {"delete_thread",
           "",
           "Delete a thread with its runs and state; what runs on it is cancelled",
           "",
           "",
           204,
           {},
           {422}},
          remove);
}

void add_message_routes(const auto& add_one) {
  add_one(Method::kGet, "/messages",
          {"get_thread_messages", "", "The messages of the latest state", "", "Message[]", 200, {}, {422}},
          messages);
}

}  // namespace

void add_thread_routes(RouteTable& routes, ThreadService& threads, services::StateService& states) {
  const auto add = route_adder(routes, threads);
  const auto add_one = single_route_adder(add);
  add(Method::kPost, "/threads",
      {"create_thread", "", "Create a thread", "ThreadCreate", "Thread", 200, {}, {400, 409, 422}},
      [&states](ThreadService& service, const Request& request, const ExchangePtr& exchange) {
        create(service, states, request, exchange);
      });
  add_thread_search_routes(routes, threads);
  add_single_routes(add_one);
  add_message_routes(add_one);
}

}  // namespace agenthost::routers
