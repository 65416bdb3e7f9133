#include "host/plugins/plugin_versions.hpp"

#include <algorithm>
#include <utility>

namespace agenthost::plugins {

std::shared_ptr<PluginVersions> PluginVersions::make(Executor& on, telemetry::Logger& logger) {
  return std::shared_ptr<PluginVersions>(new PluginVersions(on, logger));
}

std::vector<runtime::CatalogEntry> PluginVersions::keep(Version version) {
  const auto* const which = version.plugin.get();
  {
    const std::lock_guard lock(mutex_);
    versions_.push_back(std::move(version));
  }
  // Why posted: whoever lets go last may be a thread of the plugin itself, which its stop() waits for.
  const InUse in_use(nullptr, [weak = weak_from_this(), which](void*) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->on_.post([weak, which] {
      if (const auto versions = weak.lock()) versions->stop_one(which);
    });
  });
  return which->entries(in_use);
}

void PluginVersions::stop_one(const RunningPlugin* plugin) {
  Version version;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(versions_.begin(), versions_.end(),
                                    [plugin](const Version& one) { return one.plugin.get() == plugin; });
    if (found == versions_.end()) return;
    version = std::move(*found);
    versions_.erase(found);
  }
  stop(version);
  logger_.info("plugins", "stopped " + version.name + ": its last run has ended");
}

void PluginVersions::stop_all() {
  std::vector<Version> versions;
  {
    const std::lock_guard lock(mutex_);
    versions.swap(versions_);
  }
  for (const auto& version : versions) stop(version);
}

void PluginVersions::stop(const Version& version) {
  if (version.plugin->stop()) return;
  logger_.warn("plugins",
               version.name + " still has work in flight; it is left running until the process ends");
}

}  // namespace agenthost::plugins
