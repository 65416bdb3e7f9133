// bring_up: from a plugin's manifest and library to a version that runs. The one place that decides where its
// code runs.
//
// [setup]: one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "host/base/error.hpp"
#include "host/plugins/loader.hpp"
#include "host/plugins/running_plugin.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::plugins {

// library: the server's copy, which stays as long as the version. config: the operator's JSON object, laid
// over the manifest's.
struct PluginSource {
  const Manifest& manifest;
  std::filesystem::path folder, library;
  std::string config;
};

// Runs plugins in processes of their own. Thread-safe.
struct ProcessLauncher {
  virtual ~ProcessLauncher() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<RunningPlugin>> launch(const PluginSource& source,
                                                                      const HostServices& services) = 0;
  // Opens the plugin in a process that then ends: its entry, its description, its stop(). An error when it
  // refused or the process did not survive it.
  [[nodiscard]] virtual Status try_out(const PluginSource& source, const HostServices& services) = 0;
};

[[nodiscard]] Result<std::unique_ptr<RunningPlugin>> bring_up(const PluginSource& source,
                                                              settings::Isolation isolation,
                                                              const HostServices& services);

}  // namespace agenthost::plugins
