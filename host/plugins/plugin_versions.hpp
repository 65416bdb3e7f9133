// PluginVersions: every version of a plugin that is up: those that serve, and those that were replaced and
// finish what they began.
//
// A version is stopped when the last run on it has ended and no catalogue names it any more. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/base/executor.hpp"
#include "host/plugins/library_vault.hpp"
#include "host/plugins/running_plugin.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::plugins {

class PluginVersions final : public std::enable_shared_from_this<PluginVersions> {
 public:
  // on: where versions are stopped, which may block. Both outlive this.
  // Shared because: a run that ends after the registry has gone must find nobody instead of a dangling one.
  static std::shared_ptr<PluginVersions> make(Executor& on, telemetry::Logger& logger);

  struct Version {
    // Shared because: the registry's reports ask it how it is.
    std::shared_ptr<RunningPlugin> plugin;
    std::string name;        // for the log
    LibraryCopyPtr library;  // debuggers and child processes look for the file while its code may run
  };
  // Takes a version in. Its entries are what keeps it up.
  [[nodiscard]] std::vector<runtime::CatalogEntry> keep(Version version);
  // Stops every version that is left, here and now.
  void stop_all();

 private:
  PluginVersions(Executor& on, telemetry::Logger& logger) : on_(on), logger_(logger) {}
  void stop_one(const RunningPlugin* plugin);
  void stop(const Version& version);

  Executor& on_;
  telemetry::Logger& logger_;

  std::mutex mutex_;
  // Guarded by mutex_
  std::vector<Version> versions_;
};

}  // namespace agenthost::plugins
