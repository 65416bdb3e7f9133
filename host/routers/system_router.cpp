#include "host/routers/system_router.hpp"

#include "host/base/json.hpp"
#include "host/routers/openapi.hpp"
#include "host/routers/projection.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

std::string plugins_json(const runtime::GraphCatalog& graphs) {
  std::vector<std::string> items;
  for (const auto& report : graphs.reports()) items.push_back(models::to_json(report));
  return json_array(items);
}

void info(const SystemRouting& routing, const ExchangePtr& exchange) {
  const auto counts = routing.storage.counts();
  if (!counts) return exchange->respond(error_reply(counts.error()));
  exchange->respond(json_reply("{\"name\":\"agenthost\",\"version\":" + quote(routing.version) +
                               ",\"langgraph_py_version\":\"0.6.0\",\"context\":\"cpp\",\"flags\":{"
                               "\"assistants\":true,\"crons\":true,"
                               "\"langsmith\":false,\"langsmith_tracing_replicas\":false},\"metadata\":{},"
                               "\"stats\":{\"total_assistants\":" +
                               std::to_string(counts->assistants) +
                               ",\"total_threads\":" + std::to_string(counts->threads) +
                               ",\"total_runs\":" + std::to_string(counts->runs) +
                               "},\"plugins\":" + plugins_json(routing.graphs) + "}"));
}

void ok(const SystemRouting& routing, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  const auto check = query ? query->boolean("check_db", false) : Result<bool>(fail(query.error()));
  if (!check) return exchange->respond(error_reply(check.error()));
  if (*check) {
    if (const auto counts = routing.storage.counts(); !counts) {
      return exchange->respond(json_reply("{\"detail\":" + quote(counts.error().text) + "}", 500));
    }
  }
  exchange->respond(json_reply(R"({"ok":true})"));
}

void metrics(const SystemRouting& routing, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto format = query->text("format").value_or("prometheus");
  if (format != "prometheus" && format != "json") {
    return exchange->respond(error_reply(Error{ErrorCode::kInvalid, "format: must be prometheus or json"}));
  }
  telemetry::MetricPage page;
  routing.add_metrics(page);
  exchange->respond(format == "json"
                        ? json_reply(page.json())
                        : Response{200, "text/plain; version=0.0.4; charset=utf-8", page.prometheus(), {}});
}

}  // namespace

void add_system_routes(RouteTable& routes, const SystemRouting& routing) {
  const auto root =
      "{\"name\":\"agenthost\",\"message\":\"agenthost is running\",\"version\":" + quote(routing.version) +
      ",\"docs\":\"/docs\",\"redoc\":\"/redoc\",\"openapi\":\"/openapi.json\","
      "\"playground\":\"/playground\"}";
  routes.add({Method::kGet,
              "/",
              Affinity::kInline,
              {"root", "System", "What this is and where to go", "", "Root"},
              [root](const Request&, const ExchangePtr& exchange) { exchange->respond(json_reply(root)); }});
  routes.add(
      {Method::kGet,
       "/ok",
       Affinity::kReader,
       {"ok",
        "System",
        "Whether the server answers",
        "",
        "Ok",
        200,
        {{"check_db", "boolean", "ask the storage too"}},
        {500}},
       [routing](const Request& request, const ExchangePtr& exchange) { ok(routing, request, exchange); }});
  routes.add({Method::kGet,
              "/info",
              Affinity::kReader,
              {"info", "System", "Version, abilities, counts, and what became of each plugin", "", "Info"},
              [routing](const Request&, const ExchangePtr& exchange) { info(routing, exchange); }});
  routes.add({Method::kGet,
              "/metrics",
              Affinity::kReader,
              {"metrics",
               "System",
               "What the server does and holds, in numbers",
               "",
               "text|Metrics",
               200,
               {{"format", "string", "prometheus (default) or json"}}},
              [routing](const Request& request, const ExchangePtr& exchange) {
                metrics(routing, request, exchange);
              }});
  // Shared because: the handler shows the text that is made once the table is complete.
  const auto document = std::make_shared<std::string>();
  routes.add({Method::kGet,
              "/openapi.json",
              Affinity::kInline,
              {"openapi", "System", "This document", "", "Object"},
              [document](const Request&, const ExchangePtr& exchange) {
                exchange->respond(json_reply(*document));
              }});
  *document = openapi_json(routes, routing.version);
}

}  // namespace agenthost::routers
