#include "host/plugins/in_process_plugin.hpp"

#include <utility>

namespace agenthost::plugins {
namespace {

// The graph for one executor and its tasks. Once the last of them is gone, first the graph is let go and only
// then the sign that it was in use.
GraphInstancePtr lend(GraphInstancePtr graph, InUse in_use) {
  const auto* const instance = graph.get();
  return {instance, [graph = std::move(graph), in_use = std::move(in_use)](const GraphInstance*) mutable {
            graph.reset();
            in_use.reset();
          }};
}

}  // namespace

InProcessPlugin::InProcessPlugin(LoadedPlugin plugin, ExecutorPools pools, std::size_t max_update_bytes)
    : plugin_(std::move(plugin)), pools_(pools), max_update_bytes_(max_update_bytes) {}

std::vector<runtime::CatalogEntry> InProcessPlugin::entries(const InUse& in_use) const {
  std::vector<runtime::CatalogEntry> entries;
  for (const auto& graph : plugin_.graphs) {
    entries.push_back({graph->description,
                       std::make_shared<InProcessExecutor>(lend(graph, in_use), pools_, max_update_bytes_)});
  }
  return entries;
}

bool InProcessPlugin::stop() {
  return unload_plugin(std::move(plugin_));
}

}  // namespace agenthost::plugins
