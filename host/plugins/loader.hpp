// Loading one plugin: from its manifest to configured graphs that can be run.
//
// Setup is a transaction: either every graph of the plugin is ready, or none and the error says what, where
// and what to do. A library that was entered stays mapped for good (unloading code that may still run is how
// servers crash), so a refused plugin costs its address space and nothing else. [setup]: one thread at a
// time.
//
// What no loader in the same process survives: an exception out of one of the plugin's noexcept functions,
// exit(), and memory errors. That needs a process of its own; FirstContact gives it one for try_plugin().
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/base/error.hpp"
#include "host/plugins/extension_call.hpp"
#include "host/plugins/in_process_executor.hpp"
#include "host/plugins/manifest.hpp"
#include "host/plugins/plugin_host.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::plugins {

struct ProcessLauncher;
class FirstContact;

// What every plugin of this server is given. The references outlive the registry.
struct HostServices {
  telemetry::Logger& logger;
  ExecutorPools pools;
  std::vector<Extension> extensions;
  std::size_t max_update_bytes = std::size_t{64} << 20U;
  ProcessLauncher* processes = nullptr;   // for plugins that are to run in processes of their own
  FirstContact* first_contact = nullptr;  // null: libraries nobody has met are opened here all the same
};

// A plugin whose graphs are ready. Its library, PluginHost and tables are immortal, so it only borrows them.
struct LoadedPlugin {
  Manifest manifest;
  PluginHost* host = nullptr;
  const agent_plugin_api* api = nullptr;
  agent_plugin* plugin = nullptr;
  std::string description;  // what describe() returned
  std::vector<GraphInstancePtr> graphs;
};

// The extensions that a plugin asks for and may have.
[[nodiscard]] std::vector<Extension> granted_to(const Manifest& manifest,
                                                const std::vector<Extension>& extensions);

// config: the operator's JSON object, laid over the manifest's.
// library: a path that this process has never loaded from.
[[nodiscard]] Result<LoadedPlugin> load_plugin(const Manifest& manifest, const std::filesystem::path& library,
                                               const std::string& config, const HostServices& services);

// Only to see whether that goes well: enters the plugin, lets it describe itself and stops it. What
// describe() returned. No graph is made, since what that does to the world should be done once.
[[nodiscard]] Result<std::string> try_plugin(const Manifest& manifest, const std::filesystem::path& library,
                                             const HostServices& services);

using PluginEntry = agent_status(const agent_entry_request*, agent_entry_reply*);

// The same once the library is open; library (may be null) is kept as long as the process.
[[nodiscard]] Result<LoadedPlugin> enter_plugin(const Manifest& manifest, PluginEntry* entry,
                                                std::shared_ptr<void> library, const std::string& config,
                                                const HostServices& services);

// Destroys the graphs and stops the plugin when no task of it is alive and nobody else holds its graphs;
// otherwise it is left as it is. Either way the plugin's calls are refused from now on. False when it was
// left.
bool unload_plugin(LoadedPlugin plugin);

}  // namespace agenthost::plugins
