// PluginRegistry: the plugins of a directory and the graphs they offer, kept in step with it.
//
// scan() once, at the start; then reload() whenever the directory may have changed. What is served is a
// snapshot: readers take it as it is, a reload makes a new one and swaps it in, so new runs go to the new
// version of a plugin while old ones finish on the old. One bad plugin never stops the others, and a bad
// replacement leaves the version before it serving: each folder gets a report. Thread-safe; stop() is the
// last call.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "host/plugins/bring_up.hpp"
#include "host/plugins/library_vault.hpp"
#include "host/plugins/loader.hpp"
#include "host/plugins/package.hpp"
#include "host/plugins/plugin_folder.hpp"
#include "host/plugins/plugin_versions.hpp"
#include "host/plugins/trust.hpp"
#include "host/runtime/graph_catalog.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::plugins {

// Whether a plugin that was opened and failed is opened again although its folder looks the same.
enum class Retry { kChangedOnly, kFailedToo };

class PluginRegistry final : public runtime::GraphCatalog {
 public:
  // settings.directory is not read: scan() is told. copies: the folder for the server's copies of libraries,
  // its own; empty: a temporary one.
  PluginRegistry(settings::Plugins settings, HostServices services, std::filesystem::path copies = {});
  ~PluginRegistry() override;
  PluginRegistry(const PluginRegistry&) = delete;
  PluginRegistry& operator=(const PluginRegistry&) = delete;

  // Loads each folder of directory that has a plugin.yaml, in the order of their names. An error only when
  // the directory cannot be read or the settings are wrong.
  [[nodiscard]] Status scan(const std::filesystem::path& directory);
  // Looks again: what is new is loaded, what changed is replaced, what has gone is no longer served.
  // kUnavailable when the directory cannot be read; then everything goes on as it was. Blocks.
  [[nodiscard]] Result<std::vector<models::PluginOutcome>> reload(Retry retry);

  [[nodiscard]] runtime::CatalogEntry find(std::string_view graph_id) const override;
  [[nodiscard]] std::vector<runtime::CatalogEntry> all() const override;
  [[nodiscard]] std::vector<models::PluginReport> reports() const override;
  // After scan(), which logs them: what about the directory and the settings for plugins the operator can
  // hardly have meant.
  [[nodiscard]] std::vector<std::string> doubts() const;

  // Once no run is alive and nobody else uses the catalogue: lets every plugin stop its threads and refuses
  // its later calls. Idempotent; the destructor does it too.
  void stop();

 private:
  struct Catalogue {
    struct Folder {
      models::PluginReport report;
      std::shared_ptr<const RunningPlugin> plugin;  // that serves; null: none
    };
    std::map<std::string, runtime::CatalogEntry, std::less<>> entries;
    std::vector<Folder> folders;
  };

  // All of these hold setup_.
  [[nodiscard]] std::vector<models::PluginOutcome> drop_missing(
      const std::vector<std::filesystem::path>& folders);
  using Changes = std::map<std::filesystem::path, models::PluginChange>;
  // What nothing but the plugin itself can still refuse.
  struct Admitted {
    PluginPackage package;
    Trust::Vouched vouched;
    std::vector<std::string> not_granted;  // the package's manifest no longer asks for it
  };
  struct Candidate {
    PluginFolder& folder;
    Admitted admitted;
    Status met;  // how the first contact went
  };
  void look_at(const std::vector<PluginFolder*>& folders, Retry retry, Changes& changes);
  // Admitted: what lies in the folder is new, or was not served so far.
  [[nodiscard]] std::variant<models::PluginChange, Admitted> look_at(PluginFolder& folder, Retry retry);
  void meet(std::vector<Candidate>& candidates) const;
  [[nodiscard]] models::PluginChange take_up(Candidate candidate);
  [[nodiscard]] models::PluginChange refuse(PluginFolder& folder, PluginFolder::Verdict verdict,
                                            const Error& why);
  [[nodiscard]] Result<Admitted> admit(PluginFolder& folder) const;
  [[nodiscard]] Status check_admitted(const PluginFolder& folder, const Manifest& manifest) const;
  [[nodiscard]] PluginSource source_of(const PluginFolder& folder, const Admitted& admitted) const;
  [[nodiscard]] Status serve(PluginFolder& folder, Admitted admitted);
  void publish();

  void note_served(const PluginFolder& folder, const std::string& name, const Admitted& admitted);
  void tell_news();
  [[nodiscard]] std::shared_ptr<const Catalogue> catalogue() const;

  // Constant after construction
  const settings::Plugins settings_;
  const HostServices services_;
  const std::filesystem::path copies_;
  const std::shared_ptr<PluginVersions> versions_;

  mutable std::mutex setup_;
  // Guarded by setup_: one reload at a time
  std::filesystem::path directory_;
  std::unique_ptr<LibraryVault> vault_;
  std::optional<Trust> trust_;
  std::map<std::filesystem::path, PluginFolder> folders_;
  std::vector<std::pair<telemetry::Level, std::string>> news_;  // logged when it is true: published

  mutable std::mutex mutex_;
  // Guarded by mutex_. Shared because: readers may still use a catalogue that was replaced.
  std::shared_ptr<const Catalogue> catalogue_ = std::make_shared<const Catalogue>();
};

}  // namespace agenthost::plugins
