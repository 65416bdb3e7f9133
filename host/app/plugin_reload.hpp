// PluginReload: a reload of the plugins and what follows from it: new graphs get their system assistants.
// Thread-safe.
#pragma once

#include <functional>
#include <vector>

#include "host/base/executor.hpp"
#include "host/plugins/registry.hpp"
#include "host/services/assistant_service.hpp"

namespace agenthost::app {

class PluginReload {
 public:
  using Done = std::function<void(const Result<std::vector<models::PluginOutcome>>&)>;

  // All of it outlives this. on: where plugins are loaded, which blocks.
  PluginReload(plugins::PluginRegistry& registry, services::AssistantService& assistants, Executor& on,
               telemetry::Logger& logger);

  // Calls back once new graphs can be run.
  void start(plugins::Retry retry, Done done);

 private:
  void reload(plugins::Retry retry, const Done& done);

  plugins::PluginRegistry& registry_;
  services::AssistantService& assistants_;
  Executor& on_;
  telemetry::Logger& logger_;
};

}  // namespace agenthost::app
