#include "host/routers/assistants_router.hpp"

#include "host/models/fields.hpp"
#include "host/routers/graph_drawing.hpp"
#include "host/routers/paging.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

using models::Assistant;
using models::Fields;
using services::AssistantService;
using services::IfExists;
using services::ThreadService;

const std::vector<std::string_view> kSortKeys{"assistant_id", "graph_id", "name", "created_at", "updated_at"};
constexpr int kMostDepth = 1'000;

services::Reply<Assistant> answer_with_assistant(const ExchangePtr& exchange) {
  return [exchange](const Result<Assistant>& assistant) {
    exchange->respond(assistant ? json_reply(to_json(*assistant)) : error_reply(assistant.error()));
  };
}

void respond_with_page(const ExchangePtr& exchange, const Result<storage::Found<Assistant>>& found,
                       storage::Page page, const std::vector<std::string>& select) {
  exchange->respond(
      page_reply(found, page, select, [](const Assistant& assistant) { return to_json(assistant); }));
}

void create(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  Assistant assistant;
  assistant.assistant_id = fields.uuid("assistant_id").value_or(new_uuid7());
  assistant.graph_id = fields.required_text("graph_id");
  assistant.name = fields.text("name").value_or("Untitled");
  assistant.description = fields.text("description");
  assistant.config = fields.object("config").value_or("{}");
  assistant.context = fields.object("context").value_or("{}");
  assistant.metadata = fields.object("metadata").value_or("{}");
  assistant.created_at = assistant.updated_at = now_us();
  const auto if_exists = fields.word("if_exists", {"raise", "do_nothing"});
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  assistants.create(std::move(assistant), if_exists == "do_nothing" ? IfExists::kDoNothing : IfExists::kRaise,
                    answer_with_assistant(exchange));
}

storage::AssistantFilter read_filter(Fields& fields) {
  storage::AssistantFilter filter;
  filter.metadata_contains = fields.object("metadata");
  filter.graph_id = fields.text("graph_id");
  filter.name_contains = fields.text("name");
  return filter;
}

void search(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
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
  respond_with_page(exchange, assistants.search(filter, page), page, select);
}

void count(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  const auto filter = read_filter(fields);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  const auto found = assistants.search(filter, {0, 0});
  exchange->respond(found ? json_reply(std::to_string(found->total)) : error_reply(found.error()));
}

void versions(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  const auto metadata = fields.object("metadata");
  const storage::Page page{fields.integer("limit", 1, 1000).value_or(10),
                           fields.integer("offset", 0, 2'000'000'000).value_or(0)};
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  exchange->respond(page_reply(assistants.versions(request.path_param("assistant_id"), metadata, page), page,
                               {}, models::version_json));
}

void list(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto page = page_of(*query);
  if (!page) return exchange->respond(error_reply(page.error()));
  respond_with_page(exchange, assistants.search({}, *page), *page, {});
}

void get(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  answer_with_assistant(exchange)(assistants.resolve(request.path_param("assistant_id")));
}

void update(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  storage::UpdateAssistant change;
  change.assistant_id = request.path_param("assistant_id");
  change.graph_id = fields.text("graph_id");
  change.config = fields.object("config");
  change.context = fields.object("context");
  change.metadata = fields.object("metadata");
  change.name = fields.text("name");
  change.description = fields.text("description");
  change.now = now_us();
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  assistants.update(std::move(change), answer_with_assistant(exchange));
}

void remove(AssistantService& assistants, ThreadService& threads, const Request& request,
            const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto with_threads =
      query ? query->boolean("delete_threads", false) : Result<bool>(fail(query.error()));
  if (!with_threads) return exchange->respond(error_reply(with_threads.error()));
  const auto id = assistants.to_id(request.path_param("assistant_id"));
  const auto answer = [exchange](const Result<std::string>& removed) {
    exchange->respond(removed ? json_reply("[" + quote(*removed) + "]") : error_reply(removed.error()));
  };
  if (!*with_threads) return assistants.remove(id, storage::WithThreads::kNo, answer);
  threads.stop_runs_of(id, [&assistants, id, answer](const Status& stopped) {
    if (!stopped) return answer(fail(stopped.error()));
    assistants.remove(id, storage::WithThreads::kYes, answer);
  });
}

void set_latest(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto body = read_body(request);
  if (!body) return exchange->respond(malformed_reply(body.error()));
  Fields fields(*body);
  auto version = fields.integer("version", 1, 2'000'000'000);
  if (const auto good = fields.status(); !good) return exchange->respond(error_reply(good.error()));
  if (!version) {
    const auto query = Query::parse(request.query);
    const auto in_query =
        query ? query->integer("version", 0, 1, 2'000'000'000) : Result<int>(fail(query.error()));
    if (!in_query) return exchange->respond(error_reply(in_query.error()));
    if (*in_query == 0)
      return exchange->respond(error_reply(Error{ErrorCode::kInvalid, "version: is required"}));
    version = *in_query;
  }
  assistants.set_version(request.path_param("assistant_id"), *version, answer_with_assistant(exchange));
}

// Answers with what show(graph) makes of the assistant's graph.
template <class Show>
void respond_with_graph(AssistantService& assistants, const Request& request, const ExchangePtr& exchange,
                        Show show) {
  const auto assistant = assistants.resolve(request.path_param("assistant_id"));
  if (!assistant) return exchange->respond(error_reply(assistant.error()));
  const auto entry = assistants.graph_of(*assistant);
  if (!entry.graph) {
    return exchange->respond(
        error_reply(Error{ErrorCode::kNotFound, "Graph '" + assistant->graph_id + "' not found"}));
  }
  exchange->respond(json_reply(show(*entry.graph)));
}

void schemas(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  respond_with_graph(assistants, request, exchange, schemas_json);
}

// `xray` is true, false or a depth.
Result<int> depth_of(const Query& query) {
  if (const auto depth = query.integer("xray", 0, 0, kMostDepth)) return *depth;
  const auto all = query.boolean("xray", false);
  if (!all)
    return fail(ErrorCode::kInvalid,
                "xray: must be true, false or a depth from 0 to " + std::to_string(kMostDepth));
  return *all ? kEveryDepth : 0;
}

void graph(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto depth = query ? depth_of(*query) : Result<int>(fail(query.error()));
  if (!depth) return exchange->respond(error_reply(depth.error()));
  respond_with_graph(assistants, request, exchange,
                     [&](const runtime::Graph& drawn) { return drawing_json(drawn, *depth); });
}

void respond_with_subgraphs(AssistantService& assistants, const Request& request, const ExchangePtr& exchange,
                            const std::optional<std::string>& only) {
  const auto query = Query::parse(request.query);
  const auto recurse = query ? query->boolean("recurse", false) : Result<bool>(fail(query.error()));
  if (!recurse) return exchange->respond(error_reply(recurse.error()));
  respond_with_graph(assistants, request, exchange, [&](const runtime::Graph& outer) {
    return subgraphs_json(outer, only, *recurse ? Recurse::kYes : Recurse::kNo);
  });
}

void subgraphs(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  respond_with_subgraphs(assistants, request, exchange, std::nullopt);
}

void subgraph(AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  respond_with_subgraphs(assistants, request, exchange, std::string(request.path_param("namespace")));
}

// add(method, pattern, operation, handler) for what follows.
auto route_adder(RouteTable& routes, AssistantService& assistants) {
  return [&routes, &assistants](Method method, std::string pattern, Operation operation, auto handler) {
    operation.tag = "Assistants";
    routes.add({method, std::move(pattern), Affinity::kReader, std::move(operation),
                [&assistants, handler](const Request& request, const ExchangePtr& exchange) {
                  handler(assistants, request, exchange);
                }});
  };
}

void add_collection_routes(const auto& add) {
  add(Method::kPost, "/assistants",
      {"create_assistant",
       "",
       "Create an assistant",
       "AssistantCreate",
       "Assistant",
       200,
       {},
       {404, 409, 422}},
      create);
  add(Method::kPost, "/assistants/search",
      {"search_assistants", "", "Search assistants", "AssistantSearch", "Assistant[]", 200, {}, {422}},
      search);
  add(Method::kPost, "/assistants/count",
      {"count_assistants",
       "",
       "The number of assistants that match",
       "AssistantCount",
       "Count",
       200,
       {},
       {422}},
      count);
  add(Method::kGet, "/assistants",
      {"list_assistants",
       "",
       "List assistants, newest first",
       "",
       "Assistant[]",
       200,
       {{"limit", "integer", "1 to 1000, default 10"}, {"offset", "integer", "default 0"}},
       {422}},
      list);
}

void add_single_routes(const auto& add, ThreadService& threads) {
  const std::string one = "/assistants/{assistant_id}";
  add(Method::kGet, one, {"get_assistant", "", "Get an assistant", "", "Assistant", 200, {}, {404}}, get);
  add(Method::kPatch, one,
      {"update_assistant",
       "",
       "Change an assistant; makes a new version",
       "AssistantPatch",
       "Assistant",
       200,
       {},
       {404, 422}},
      update);
  add(Method::kPost, one + "/versions",
      {"list_assistant_versions",
       "",
       "The versions of an assistant, newest first",
       "AssistantVersions",
       "AssistantVersion[]",
       200,
       {},
       {404, 422}},
      versions);
  add(Method::kDelete, one,
      {"delete_assistant",
       "",
       "Delete an assistant with its versions",
       "",
       "Ids",
       200,
       {{"delete_threads", "boolean", "also the threads that ran it last"}},
       {404, 422}},
      [&threads](AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
        remove(assistants, threads, request, exchange);
      });
  add(Method::kPost, one + "/latest",
      {"set_latest_assistant_version",
       "",
       "Make an older version current",
       "AssistantVersionChoice",
       "Assistant",
       200,
       {{"version", "integer", "when not in the body"}},
       {404, 422}},
      set_latest);
}

void add_graph_routes(const auto& add) {
  const std::string one = "/assistants/{assistant_id}";
  const std::vector<Parameter> recurse{{"recurse", "boolean", "also the graphs inside those graphs"}};
  add(Method::kGet, one + "/graph",
      {"get_assistant_graph",
       "",
       "The assistant's graph as nodes and edges",
       "",
       "GraphDrawing",
       200,
       {{"xray", "string", "true, or how deep the graphs inside nodes are shown"}},
       {404, 422}},
      graph);
  add(Method::kGet, one + "/schemas",
      {"get_assistant_schemas",
       "",
       "The JSON Schemas of the assistant's graph",
       "",
       "GraphSchemas",
       200,
       {},
       {404}},
      schemas);
  add(Method::kGet, one + "/subgraphs",
      {"get_assistant_subgraphs",
       "",
       "The JSON Schemas of the graphs inside nodes",
       "",
       "Subgraphs",
       200,
       recurse,
       {404, 422}},
      subgraphs);
  add(Method::kGet, one + "/subgraphs/{namespace}",
      {"get_assistant_subgraph",
       "",
       "The JSON Schemas of the graph inside one node",
       "",
       "Subgraphs",
       200,
       recurse,
       {404, 422}},
      subgraph);
}

}  // namespace

void add_assistant_routes(RouteTable& routes, AssistantService& assistants, ThreadService& threads) {
  const auto add = route_adder(routes, assistants);
  add_collection_routes(add);
  add_single_routes(add, threads);
  add_graph_routes(add);
}

}  // namespace agenthost::routers
