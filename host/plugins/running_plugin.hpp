// RunningPlugin: one version of a plugin that is up, wherever its code runs. Made by bring_up().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/runtime/graph_catalog.hpp"

namespace agenthost::plugins {

// What every executor of a version and every task on it holds: when the last one lets go, nobody needs the
// version any more.
using InUse = std::shared_ptr<void>;

// Thread-safe.
class RunningPlugin {
 public:
  virtual ~RunningPlugin() = default;

  // Its graphs, each with what runs its nodes.
  [[nodiscard]] virtual std::vector<runtime::CatalogEntry> entries(const InUse& in_use) const = 0;
  // Why its graphs do not run at present, for the operator; empty while they do.
  [[nodiscard]] virtual std::string trouble() const { return {}; }
  // Ends it when nothing uses it; otherwise it is left as it is. Either way the plugin's calls are refused
  // from now on. False when it was left. Once, as the last call.
  [[nodiscard]] virtual bool stop() = 0;
};

}  // namespace agenthost::plugins
