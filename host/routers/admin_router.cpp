#include "host/routers/admin_router.hpp"

#include <utility>

#include "host/routers/projection.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

Response reloaded_reply(const Result<std::vector<models::PluginOutcome>>& outcomes) {
  if (!outcomes) return error_reply(outcomes.error());
  std::vector<std::string> items;
  for (const auto& outcome : *outcomes) items.push_back(models::to_json(outcome));
  return json_reply("{\"plugins\":" + json_array(items) + "}");
}

}  // namespace

void add_admin_routes(RouteTable& routes, AdminRouting routing) {
  routes.add({Method::kPost,
              "/admin/plugins/reload",
              Affinity::kInline,
              {"reload_plugins", "Admin",
               "Look at the plugins directory again; says what became of each folder", "", "PluginsReloaded"},
              [routing = std::move(routing)](const Request&, const ExchangePtr& exchange) {
                routing.reload_plugins(
                    [exchange](const Result<std::vector<models::PluginOutcome>>& outcomes) {
                      exchange->respond(reloaded_reply(outcomes));
                    });
              }});
}

}  // namespace agenthost::routers
