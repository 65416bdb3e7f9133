#include "host/routers/crons_router.hpp"

#include <algorithm>

#include "host/models/cron_request.hpp"
#include "host/models/fields.hpp"
#include "host/routers/paging.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

using models::CronKind;
using models::CronRequest;
using models::Fields;
using services::CronService;

const std::vector<std::string_view> kSortKeys{"cron_id",  "assistant_id", "thread_id", "next_run_date",
                                              "end_time", "created_at",   "updated_at"};

services::Reply<models::Cron> answer_with_cron(const ExchangePtr& exchange) {
  return [exchange](const Result<models::Cron>& cron) {
    exchange->respond(cron ? json_reply(to_json(*cron)) : error_reply(cron.error()));
  };
}

void create(CronService& crons, const Request& request, const ExchangePtr& exchange, CronKind kind,
            std::optional<std::string> thread_id) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  auto cron = CronRequest::create(*body, kind);
  if (!cron) return exchange->respond(error_reply(cron.error()));
  cron->thread_id = std::move(thread_id);
  crons.create(std::move(*cron), answer_with_cron(exchange));
}

void create_stateless(CronService& crons, const Request& request, const ExchangePtr& exchange) {
  create(crons, request, exchange, CronKind::kStateless, std::nullopt);
}

void create_on_thread(CronService& crons, const Request& request, const ExchangePtr& exchange) {
  auto thread_id = uuid_param(request, "thread_id");
  if (!thread_id) return exchange->respond(error_reply(thread_id.error()));
  create(crons, request, exchange, CronKind::kOnThread, std::move(*thread_id));
}

storage::CronFilter read_filter(Fields& fields) {
  storage::CronFilter filter;
  filter.assistant_id = fields.text("assistant_id");
  filter.thread_id = fields.uuid("thread_id");
  filter.metadata_contains = fields.object("metadata");
  filter.enabled = fields.boolean("enabled");
  return filter;
}

void search(CronService& crons, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  auto filter = read_filter(fields);
  filter.sort_by = fields.word("sort_by", kSortKeys).value_or("created_at");
  if (fields.word("sort_order", {"asc", "desc"}) == "asc") filter.order = storage::Order::kAscending;
  const storage::Page page{fields.integer("limit", 1, 1000).value_or(10),
                           fields.integer("offset", 0, 2'000'000'000).value_or(0)};
  const auto select = fields.texts("select").value_or(std::vector<std::string>{});
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  // `now` is no part of a cron; clients that want to tell how long it is still ask for it.
  const bool with_now = std::find(select.begin(), select.end(), "now") != select.end();
  const auto now = with_now ? "{\"now\":\"" + format_time(now_us()) + "\"}" : std::string("{}");
  exchange->respond(
      page_reply(crons.search(std::move(filter), page), page, select, [&](const models::Cron& cron) {
        return with_now ? merge_objects(to_json(cron), now) : to_json(cron);
      }));
}

void count(CronService& crons, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  auto filter = read_filter(fields);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  const auto found = crons.search(std::move(filter), {0, 0});
  exchange->respond(found ? json_reply(std::to_string(found->total)) : error_reply(found.error()));
}

// Handlers below get a cron id that is a UUID.
void get(CronService& crons, const std::string& id, const Request&, const ExchangePtr& exchange) {
  answer_with_cron(exchange)(crons.get(id));
}

void update(CronService& crons, const std::string& id, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  crons.update(id, *body, answer_with_cron(exchange));
}

void remove(CronService& crons, const std::string& id, const Request&, const ExchangePtr& exchange) {
  crons.remove(id, [exchange](const Result<std::monostate>& removed) {
    exchange->respond(removed ? json_reply("{}") : error_reply(removed.error()));
  });
}

using OneHandler = void (*)(CronService&, const std::string&, const Request&, const ExchangePtr&);

Handler for_one(CronService& crons, OneHandler handler) {
  return [&crons, handler](const Request& request, const ExchangePtr& exchange) {
    const auto id = uuid_param(request, "cron_id");
    if (!id) return exchange->respond(error_reply(id.error()));
    handler(crons, *id, request, exchange);
  };
}

using AnyHandler = void (*)(CronService&, const Request&, const ExchangePtr&);

Handler for_all(CronService& crons, AnyHandler handler) {
  return [&crons, handler](const Request& request, const ExchangePtr& exchange) {
    handler(crons, request, exchange);
  };
}

}  // namespace

void add_cron_routes(RouteTable& routes, CronService& crons) {
  const auto add = [&](Method method, const char* pattern, Operation operation, Handler handler) {
    operation.tag = "Crons";
    routes.add({method, pattern, Affinity::kReader, std::move(operation), std::move(handler)});
  };
  add(Method::kPost, "/runs/crons",
      {"create_cron",
       "",
       "Make runs by a schedule, each on a thread of its own",
       "CronCreate",
       "Cron",
       200,
       {},
       {404, 422}},
      for_all(crons, create_stateless));
  add(Method::kPost, "/threads/{thread_id}/runs/crons",
      {"create_thread_cron",
       "",
       "Make runs on a thread by a schedule",
       "CronCreate",
       "Cron",
       200,
       {},
       {404, 422}},
      for_all(crons, create_on_thread));
  add(Method::kPost, "/runs/crons/search",
      {"search_crons", "", "Search crons", "CronSearch", "Cron[]", 200, {}, {422}}, for_all(crons, search));
  add(Method::kPost, "/runs/crons/count",
      {"count_crons", "", "How many crons match", "CronCount", "Count", 200, {}, {422}},
      for_all(crons, count));
  add(Method::kGet, "/runs/crons/{cron_id}", {"get_cron", "", "Get a cron", "", "Cron", 200, {}, {404, 422}},
      for_one(crons, get));
  add(Method::kPatch, "/runs/crons/{cron_id}",
      {"update_cron",
       "",
       "Change, pause or resume a cron; metadata is merged",
       "CronPatch",
       "Cron",
       200,
       {},
       {404, 409, 422}},
      for_one(crons, update));
  add(Method::kDelete, "/runs/crons/{cron_id}",
      {"delete_cron", "", "Delete a cron; runs it made stay", "", "Object", 200, {}, {404, 422}},
      for_one(crons, remove));
}

}  // namespace agenthost::routers
