// InProcessPlugin: a version of a plugin whose code runs in this process. Thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "host/plugins/loader.hpp"
#include "host/plugins/running_plugin.hpp"

namespace agenthost::plugins {

class InProcessPlugin final : public RunningPlugin {
 public:
  InProcessPlugin(LoadedPlugin plugin, ExecutorPools pools, std::size_t max_update_bytes);

  [[nodiscard]] std::vector<runtime::CatalogEntry> entries(const InUse& in_use) const override;
  [[nodiscard]] bool stop() override;

 private:
  // Constant until stop()
  LoadedPlugin plugin_;
  const ExecutorPools pools_;
  const std::size_t max_update_bytes_;
};

}  // namespace agenthost::plugins
