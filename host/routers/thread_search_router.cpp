#include <algorithm>

#include "host/models/fields.hpp"
#include "host/routers/extraction.hpp"
#include "host/routers/paging.hpp"
#include "host/routers/projection.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/threads_router.hpp"

namespace agenthost::routers {
namespace {

using models::Fields;
using services::ThreadService;
using services::ThreadView;
using services::WantedValues;

const std::vector<std::string_view> kSortKeys{"thread_id", "status", "created_at", "updated_at",
                                              "state_updated_at"};

const WantedValues kAllValues = WantedValues::value_type{};

// What of each found thread is shown.
struct Shown {
  std::vector<std::string> select;
  Extraction extract;

  // No more of the states than this is read.
  [[nodiscard]] WantedValues wanted() const {
    const bool all = select.empty() || std::find(select.begin(), select.end(), "values") != select.end();
    return all ? kAllValues : extract.wanted();
  }
  [[nodiscard]] std::string json(const ThreadView& view) const {
    auto object = project(to_json(view.thread, view.values), select);
    if (extract.empty()) return object;
    object.pop_back();
    return object + (object.size() > 1 ? "," : "") + "\"extracted\":" + extract.json(view) + "}";
  }
};

storage::ThreadFilter read_filter(Fields& fields) {
  storage::ThreadFilter filter;
  filter.metadata_contains = fields.object("metadata");
  filter.values_contain = fields.object("values");
  filter.ids = fields.texts("ids").value_or(std::vector<std::string>{});
  if (!std::all_of(filter.ids.begin(), filter.ids.end(), [](const auto& id) { return is_uuid(id); }))
    fields.wrong("ids", "must be UUIDs");
  if (const auto status = fields.word("status", {"idle", "busy", "interrupted", "error"})) {
    filter.status = models::thread_status_from(*status);
  }
  return filter;
}

Shown read_shown(Fields& fields) {
  Shown shown;
  shown.select = fields.texts("select").value_or(std::vector<std::string>{});
  if (const auto* aliases = fields.member("extract")) {
    auto extract = Extraction::parse(*aliases);
    if (extract) {
      shown.extract = std::move(*extract);
    } else {
      fields.wrong(extract.error());
    }
  }
  return shown;
}

void search(ThreadService& threads, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  auto filter = read_filter(fields);
  filter.sort_by = fields.word("sort_by", kSortKeys).value_or("created_at");
  if (fields.word("sort_order", {"asc", "desc"}) == "asc") filter.order = storage::Order::kAscending;
  const storage::Page page{fields.integer("limit", 1, 1000).value_or(10),
                           fields.integer("offset", 0, 2'000'000'000).value_or(0)};
  const auto shown = read_shown(fields);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  exchange->respond(page_reply(threads.search(filter, page, shown.wanted()), page, {},
                               [&](const ThreadView& view) { return shown.json(view); }));
}

void count(ThreadService& threads, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  const auto filter = read_filter(fields);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  const auto total = threads.count(filter);
  exchange->respond(total ? json_reply(std::to_string(*total)) : error_reply(total.error()));
}

void list(ThreadService& threads, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto page = page_of(*query);
  if (!page) return exchange->respond(error_reply(page.error()));
  exchange->respond(page_reply(threads.search({}, *page, kAllValues), *page, {},
                               [](const ThreadView& view) { return to_json(view.thread, view.values); }));
}

void prune(ThreadService& threads, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  const auto ids = fields.texts("thread_ids");
  const auto strategy = fields.word("strategy", {"delete", "keep_latest"}).value_or("delete");
  if (!ids || !std::all_of(ids->begin(), ids->end(), [](const auto& id) { return is_uuid(id); }))
    fields.wrong("thread_ids", "must be a list of UUIDs");
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  threads.prune(*ids, models::ttl_strategy_from(strategy).value_or(models::TtlStrategy::kDelete),
                [exchange](const Result<int>& pruned) {
                  exchange->respond(pruned ? json_reply("{\"pruned_count\":" + std::to_string(*pruned) + "}")
                                           : error_reply(pruned.error()));
                });
}

}  // namespace

void add_thread_search_routes(RouteTable& routes, ThreadService& threads) {
  const auto add = [&](Method method, std::string pattern, Operation operation, auto handler) {
    operation.tag = "Threads";
    routes.add({method, std::move(pattern), Affinity::kReader, std::move(operation),
                [&threads, handler](const Request& request, const ExchangePtr& exchange) {
                  handler(threads, request, exchange);
                }});
  };
  const std::vector<Parameter> page{{"limit", "integer", "1 to 1000, default 10"},
                                    {"offset", "integer", "default 0"}};
  add(Method::kGet, "/threads",
      {"list_threads", "", "List threads, newest first", "", "Thread[]", 200, page, {422}}, list);
  add(Method::kPost, "/threads/search",
      {"search_threads", "", "Search threads", "ThreadSearch", "Thread[]", 200, {}, {422}}, search);
  add(Method::kPost, "/threads/count",
      {"count_threads", "", "The number of threads that match", "ThreadCount", "Count", 200, {}, {422}},
      count);
  add(Method::kPost, "/threads/prune",
      {"prune_threads", "", "Delete threads, or their past", "ThreadPrune", "ThreadsPruned", 200, {}, {422}},
      prune);
}

}  // namespace agenthost::routers
