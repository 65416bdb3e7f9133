#include "host/routers/threads_router.hpp"

#include "host/models/fields.hpp"
#include "host/routers/paging.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/state_router.hpp"

namespace agenthost::routers {
namespace {

using models::Fields;
using services::IfExists;
using services::ThreadService;
using services::ThreadView;

const std::vector<std::string_view> kSortKeys{"thread_id", "status", "created_at", "updated_at",
                                              "state_updated_at"};

std::string view_json(const ThreadView& view) {
  return to_json(view.thread, view.values);
}

services::Reply<ThreadView> answer_with_thread(const ExchangePtr& exchange) {
  return [exchange](const Result<ThreadView>& view) {
    exchange->respond(view ? json_reply(view_json(*view)) : error_reply(view.error()));
  };
}

void respond_with_page(const ExchangePtr& exchange, const Result<storage::Found<ThreadView>>& found,
                       storage::Page page, const std::vector<std::string>& select) {
  exchange->respond(page_reply(found, page, select, view_json));
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

void list(ThreadService& threads, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto page = page_of(*query);
  if (!page) return exchange->respond(error_reply(page.error()));
  respond_with_page(exchange, threads.search({}, *page), *page, {});
}

void search(ThreadService& threads, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  storage::ThreadFilter filter;
  filter.metadata_contains = fields.object("metadata");
  filter.ids = fields.texts("ids").value_or(std::vector<std::string>{});
  if (const auto status = fields.word("status", {"idle", "busy", "interrupted", "error"})) {
    filter.status = models::thread_status_from(*status);
  }
  filter.sort_by = fields.word("sort_by", kSortKeys).value_or("created_at");
  if (fields.word("sort_order", {"asc", "desc"}) == "asc") filter.order = storage::Order::kAscending;
  const storage::Page page{fields.integer("limit", 1, 1000).value_or(10),
                           fields.integer("offset", 0, 2'000'000'000).value_or(0)};
  const auto select = fields.texts("select").value_or(std::vector<std::string>{});
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  respond_with_page(exchange, threads.search(filter, page), page, select);
}

// Handlers below get a thread id that is a UUID.
void get(ThreadService& threads, const std::string& id, const Request&, const ExchangePtr& exchange) {
  answer_with_thread(exchange)(threads.get(id));
}

void update(ThreadService& threads, const std::string& id, const Request& request,
            const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  auto metadata = fields.object("metadata").value_or("{}");
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  const auto* prefer = request.header("prefer");
  const bool minimal = prefer != nullptr && prefer->find("return=minimal") != std::string::npos;
  threads.merge_metadata(id, std::move(metadata), [exchange, minimal](const Result<ThreadView>& view) {
    if (view && minimal) return exchange->respond(empty_reply());
    answer_with_thread(exchange)(view);
  });
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

void add_collection_routes(const auto& add) {
  const std::vector<QueryParameter> page{{"limit", "integer", "1 to 1000, default 10"},
                                         {"offset", "integer", "default 0"}};
  add(Method::kGet, "/threads",
      {"list_threads", "", "List threads, newest first", "", "Thread[]", 200, page, {422}}, list);
  add(Method::kPost, "/threads/search",
      {"search_threads", "", "Search threads", "ThreadSearch", "Thread[]", 200, {}, {422}}, search);
}

void add_single_routes(const auto& add_one) {
  add_one(Method::kGet, "", {"get_thread", "", "Get a thread with its values", "", "Thread", 200, {}, {422}},
          get);
  add_one(Method::kPatch, "",
          {"update_thread", "", "Merge metadata into a thread", "ThreadPatch", "Thread", 200, {}, {422}},
          update);
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
  add_collection_routes(add);
  add_single_routes(add_one);
  add_message_routes(add_one);
}

}  // namespace agenthost::routers
