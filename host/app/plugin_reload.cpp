#include "host/app/plugin_reload.hpp"

#include <utility>

namespace agenthost::app {

PluginReload::PluginReload(plugins::PluginRegistry& registry, services::AssistantService& assistants,
                           Executor& on, telemetry::Logger& logger)
    : registry_(registry), assistants_(assistants), on_(on), logger_(logger) {}

void PluginReload::start(plugins::Retry retry, Done done) {
  on_.post([this, retry, done = std::move(done)] { reload(retry, done); });
}

void PluginReload::reload(plugins::Retry retry, const Done& done) {
  auto outcomes = registry_.reload(retry);
  if (!outcomes) {
    logger_.error("plugins", "nothing was reloaded: " + outcomes.error().text);
    return done(outcomes);
  }
  assistants_.install_system_assistants([done, outcomes = std::move(*outcomes)](const Status& installed) {
    if (!installed) return done(fail(installed.error()));
    done(outcomes);
  });
}

}  // namespace agenthost::app
