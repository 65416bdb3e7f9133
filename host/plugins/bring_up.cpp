#include "host/plugins/bring_up.hpp"

#include "host/plugins/in_process_plugin.hpp"

namespace agenthost::plugins {

Result<std::unique_ptr<RunningPlugin>> bring_up(const PluginSource& source, settings::Isolation isolation,
                                                const HostServices& services) {
  if (isolation == settings::Isolation::kProcess) {
    AGENTHOST_CHECK(services.processes != nullptr, "whoever reads the settings provides for both");
    return services.processes->launch(source, services);
  }
  auto loaded = load_plugin(source.manifest, source.library, source.config, services);
  if (!loaded) return fail(loaded.error());
  return std::make_unique<InProcessPlugin>(std::move(*loaded), services.pools, services.max_update_bytes);
}

}  // namespace agenthost::plugins
