#include "host/plugins/registry.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace agenthost::plugins {
namespace {

// The folders of a directory that have a manifest, by name.
Result<std::vector<std::filesystem::path>> plugin_folders(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> folders;
  std::error_code ec;
  std::filesystem::directory_iterator entry(directory, ec);
  for (; !ec && entry != std::filesystem::directory_iterator(); entry.increment(ec)) {
    std::error_code ignored;
    if (std::filesystem::exists(entry->path() / kManifestFile, ignored)) folders.push_back(entry->path());
  }
  if (ec) {
    return fail(ErrorCode::kNotFound, directory.string() + ": cannot be read as the plugins directory: " +
                                          ec.message() + "; create it or set plugins.directory");
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

PluginRegistry::PluginRegistry(settings::Plugins settings, HostServices services)
    : settings_(std::move(settings)), services_(std::move(services)) {}

PluginRegistry::~PluginRegistry() {
  stop();
}

Status PluginRegistry::scan(const std::filesystem::path& directory) {
  const auto folders = plugin_folders(directory);
  if (!folders) return fail(folders.error());
  for (const auto& folder : *folders) {
    reports_.push_back(load_folder(folder));
    log_report(reports_.back());
  }
  return {};
}

models::PluginReport PluginRegistry::load_folder(const std::filesystem::path& folder) {
  models::PluginReport report;
  report.id = folder.filename().string();
  report.path = folder.string();
  const auto manifest = read_manifest(folder / kManifestFile);
  if (!manifest) {
    // A folder that is switched off by name need not be readable.
    report.reason =
        contains(settings_.disabled, report.id) ? "disabled by plugins.disabled" : manifest.error().text;
    return report;
  }
  report.id = manifest->id;
  report.version = manifest->version;
  report.graphs = manifest->graphs;
  if (auto loaded = load(*manifest, folder); !loaded) {
    report.reason = loaded.error().text;
  } else {
    report.loaded = true;
  }
  return report;
}

// What can be refused without touching the library.
Status PluginRegistry::check_admitted(const Manifest& manifest) const {
  if (contains(settings_.disabled, manifest.id))
    return fail(ErrorCode::kDenied, "disabled by plugins.disabled");
  for (const auto& other : plugins_) {
    if (other.manifest.id == manifest.id) {
      return fail(
          ErrorCode::kAlreadyExists,
          "plugin id " + manifest.id + " is taken by another folder; remove one or rename it in plugin.yaml");
    }
    for (const auto& graph : manifest.graphs) {
      if (contains(other.manifest.graphs, graph)) {
        return fail(ErrorCode::kAlreadyExists, "graph id " + graph + " is offered by plugin " +
                                                   other.manifest.id +
                                                   " already; rename it or disable one of the two");
      }
    }
  }
  return {};
}

Status PluginRegistry::load(const Manifest& manifest, const std::filesystem::path& folder) {
  if (auto admitted = check_admitted(manifest); !admitted) return admitted;
  std::error_code ec;
  const auto library = std::filesystem::absolute(folder, ec) / manifest.library;
  if (!std::filesystem::is_regular_file(library, ec)) {
    return fail(ErrorCode::kNotFound, library.string() +
                                          ": no such file; build the plugin or correct \"library\" in " +
                                          (folder / kManifestFile).string());
  }
  const auto config = settings_.config.find(manifest.id);
  auto plugin = bring_up({manifest, folder, library, config == settings_.config.end() ? "" : config->second},
                         settings_.isolation_of(manifest.id), services_);
  if (!plugin) return fail(plugin.error());
  for (auto& entry : (*plugin)->entries(nullptr)) entries_.emplace(entry.graph->id(), std::move(entry));
  plugins_.push_back({manifest, std::move(*plugin)});
  return {};
}

void PluginRegistry::log_report(const models::PluginReport& report) const {
  if (report.loaded) {
    services_.logger.info("plugins", "loaded " + report.id + " " + report.version + " from " + report.path);
  } else {
    services_.logger.warn("plugins", "left out " + report.id + ": " + report.reason);
  }
}

runtime::CatalogEntry PluginRegistry::find(std::string_view graph_id) const {
  const auto found = entries_.find(graph_id);
  return found == entries_.end() ? runtime::CatalogEntry{} : found->second;
}

std::vector<runtime::CatalogEntry> PluginRegistry::all() const {
  std::vector<runtime::CatalogEntry> entries;
  entries.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) entries.push_back(entry);
  return entries;
}

std::vector<models::PluginReport> PluginRegistry::reports() const {
  auto reports = reports_;
  for (const auto& plugin : plugins_) {
    const auto trouble = plugin.running->trouble();
    if (trouble.empty()) continue;
    const auto report = std::find_if(reports.begin(), reports.end(), [&](const models::PluginReport& one) {
      return one.loaded && one.id == plugin.manifest.id;
    });
    report->loaded = false;
    report->reason = trouble;
  }
  return reports;
}

void PluginRegistry::stop() {
  entries_.clear();
  for (auto& plugin : plugins_) {
    if (!plugin.running->stop()) {
      services_.logger.warn(
          "plugins",
          plugin.manifest.id + " still has work in flight; it is left running until the process ends");
    }
  }
  plugins_.clear();
}

}  // namespace agenthost::plugins
