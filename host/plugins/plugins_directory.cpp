#include "host/plugins/plugins_directory.hpp"

#include <algorithm>
#include <system_error>

#include "host/base/text.hpp"
#include "host/plugins/manifest.hpp"
#include "host/plugins/trust.hpp"
#include "host/settings/text_value.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;

bool has_manifest(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kManifestFile, ignored);
}

// Why there is nothing in a directory.
std::string emptiness_of(const fs::path& directory) {
  if (!has_manifest(directory)) {
    return directory.string() + ": no plugins in it; a plugin is a folder in there with its " +
           std::string(kManifestFile) + " and its library";
  }
  std::error_code ignored;
  auto whole = fs::absolute(directory, ignored).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // it was written with a slash at its end
  return directory.string() + ": is itself a plugin (it holds " + std::string(kManifestFile) +
         "), and no plugins are in it; give the folder it lies in, " + whole.parent_path().string();
}

template <class Value>
std::vector<std::string> names_in(const std::map<std::string, Value>& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

// The settings that name plugins.
std::vector<std::pair<std::string, std::vector<std::string>>> naming(const settings::Plugins& settings) {
  return {{"isolation_by_plugin", names_in(settings.isolation_by_plugin)},
          {"disabled", settings.disabled},
          {"config", names_in(settings.config)},
          {"services", names_in(settings.services)},
          {"tools", names_in(settings.tools)},
          {"grants", names_in(settings.grants)}};
}

}  // namespace

Result<std::vector<fs::path>> plugin_folders(const fs::path& directory) {
  std::vector<fs::path> folders;
  std::error_code ec;
  fs::directory_iterator entry(directory, ec);
  for (; !ec && entry != fs::directory_iterator(); entry.increment(ec)) {
    if (has_manifest(entry->path())) folders.push_back(entry->path());
  }
  if (ec) {
    return fail(ErrorCode::kUnavailable, directory.string() + ": cannot be read as the plugins directory: " +
                                             ec.message() + "; create it or set plugins.directory");
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

Status check_plugin_folder(const fs::path& folder) {
  constexpr const char* kWanted =
      "; name the folder of a built plugin, which holds plugin.yaml and the library, such as "
      "build/plugins/my-agent";
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::kNotFound, folder.string() + ": " + why);
  };
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) return refuse("no such folder" + std::string(kWanted));
  if (!fs::is_directory(folder, ignored)) return refuse("is no folder" + std::string(kWanted));
  if (has_manifest(folder)) return {};
  const auto inside = plugin_folders(folder);
  if (!inside) return fail(inside.error());
  if (inside->empty()) return refuse("holds no plugin.yaml" + std::string(kWanted));
  std::vector<std::string> names;
  for (const auto& path : *inside) names.push_back(path.string());
  return refuse("is a folder of plugins and no plugin itself; name one or some of " + joined(names));
}

std::vector<std::string> doubts_about(const fs::path& directory, const settings::Plugins& settings,
                                      const std::vector<models::PluginReport>& reports) {
  if (reports.empty()) return {emptiness_of(directory)};
  std::vector<std::string> ids;
  for (const auto& report : reports) {
    ids.push_back(report.id);
    // By its folder's name one can be switched off too.
    ids.push_back(fs::path(report.path).filename().string());
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<std::string> doubts;
  for (const auto& [setting, names] : naming(settings)) {
    for (const auto& name : names) {
      if (std::binary_search(ids.begin(), ids.end(), name)) continue;
      if (setting == "grants" && name == kEveryPlugin) continue;
      doubts.push_back("plugins." + setting + ": no plugin in " + directory.string() + " is \"" + name +
                       "\"" + settings::did_you_mean(name, ids));
    }
  }
  return doubts;
}

}  // namespace agenthost::plugins
