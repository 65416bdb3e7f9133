// PluginFolder: one folder of the plugins directory, from one reload to the next: what it was when last
// looked at, and the version of it that serves. A plain value of the registry, which guards it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/models/plugin_report.hpp"
#include "host/plugins/manifest.hpp"
#include "host/plugins/running_plugin.hpp"
#include "host/runtime/graph_catalog.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::plugins {

struct PluginFolder {
  // kFailed: refused by the plugin itself or by the linker; kRefused: by anybody else, whose mind may change
  // without a change in this folder.
  enum class Verdict { kNone, kServes, kRefused, kFailed };
  struct Serving {
    Manifest manifest;
    std::string hash;
    settings::Isolation isolation;
    std::string trust;                           // how it is vouched for
    std::vector<std::string> not_granted;        // of what it asks for
    std::vector<runtime::CatalogEntry> entries;  // these keep the version up
    std::shared_ptr<const RunningPlugin> plugin;
  };

  std::filesystem::path path;
  std::string fingerprint;
  Verdict verdict = Verdict::kNone;  // on what lies in the folder
  // Of what lies in the folder, when the verdict is against it
  std::string refusal;
  std::optional<Manifest> refused;  // nullopt: not readable
  std::optional<Serving> serving;   // may be older than what lies there

  [[nodiscard]] std::string name() const { return path.filename().string(); }
  [[nodiscard]] models::PluginReport report() const;
  // What lies in the folder is what serves.
  void accept();
};

}  // namespace agenthost::plugins
