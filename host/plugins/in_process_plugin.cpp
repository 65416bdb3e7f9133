#include "host/plugins/in_process_plugin.hpp"

#include <utility>

namespace agenthost::plugins {

InProcessPlugin::InProcessPlugin(LoadedPlugin plugin, ExecutorPools pools, std::size_t max_update_bytes)
    : plugin_(std::move(plugin)), pools_(pools), max_update_bytes_(max_update_bytes) {}

std::vector<runtime::CatalogEntry> InProcessPlugin::entries(const InUse&) const {
  std::vector<runtime::CatalogEntry> entries;
  for (const auto& graph : plugin_.graphs) {
    entries.push_back(
        {graph->description, std::make_shared<InProcessExecutor>(graph, pools_, max_update_bytes_)});
  }
  return entries;
}

bool InProcessPlugin::stop() {
  return unload_plugin(std::move(plugin_));
}

}  // namespace agenthost::plugins
