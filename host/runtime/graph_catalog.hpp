// GraphCatalog: the graphs that can be run, and where they came from. Implemented by the plugin registry.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/models/plugin_report.hpp"
#include "host/runtime/graph.hpp"
#include "host/runtime/node_executor.hpp"

namespace agenthost::runtime {

// Shared because: runs in flight keep their graph and executor while a reload replaces the catalogue's entry.
struct CatalogEntry {
  std::shared_ptr<const Graph> graph;
  std::shared_ptr<NodeExecutor> executor;
};

// Thread-safe.
struct GraphCatalog {
  virtual ~GraphCatalog() = default;
  // An entry with null members when there is no such graph.
  [[nodiscard]] virtual CatalogEntry find(std::string_view graph_id) const = 0;
  [[nodiscard]] virtual std::vector<CatalogEntry> all() const = 0;
  [[nodiscard]] virtual std::vector<models::PluginReport> reports() const = 0;
};

}  // namespace agenthost::runtime
