// PluginRegistry: the plugins of a directory and the graphs they offer.
//
// scan() once, at the start; afterwards the catalogue is immutable and thread-safe. One bad plugin never
// stops the others: each folder gets a report that says whether it was loaded, and if not, why. stop() is the
// last call.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "host/plugins/bring_up.hpp"
#include "host/runtime/graph_catalog.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::plugins {

class PluginRegistry final : public runtime::GraphCatalog {
 public:
  // settings.directory is not read: scan() is told.
  PluginRegistry(settings::Plugins settings, HostServices services);
  ~PluginRegistry() override;
  PluginRegistry(const PluginRegistry&) = delete;
  PluginRegistry& operator=(const PluginRegistry&) = delete;

  // Loads each folder of directory that has a plugin.yaml, in the order of their names. An error only when
  // the directory itself cannot be read.
  [[nodiscard]] Status scan(const std::filesystem::path& directory);

  [[nodiscard]] runtime::CatalogEntry find(std::string_view graph_id) const override;
  [[nodiscard]] std::vector<runtime::CatalogEntry> all() const override;
  [[nodiscard]] std::vector<models::PluginReport> reports() const override;

  // Once no run is alive and nobody else uses the catalogue: lets every plugin stop its threads and refuses
  // its later calls. Idempotent; the destructor does it too.
  void stop();

 private:
  struct Served {
    Manifest manifest;
    std::unique_ptr<RunningPlugin> running;
  };

  [[nodiscard]] models::PluginReport load_folder(const std::filesystem::path& folder);
  [[nodiscard]] Status check_admitted(const Manifest& manifest) const;
  [[nodiscard]] Status load(const Manifest& manifest, const std::filesystem::path& folder);
  void log_report(const models::PluginReport& report) const;

  // Constant after construction
  const settings::Plugins settings_;
  const HostServices services_;
  // Constant after scan()
  std::vector<Served> plugins_;
  std::map<std::string, runtime::CatalogEntry, std::less<>> entries_;
  std::vector<models::PluginReport> reports_;
};

}  // namespace agenthost::plugins
