// The plugins directory and the folders in it: where plugins are, and the words for somebody who named
// another folder or another plugin than there is. Pure functions that only look at the disk, thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/base/error.hpp"
#include "host/models/plugin_report.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::plugins {

// The folders of a directory that have a manifest, by name. kUnavailable: it cannot be read.
[[nodiscard]] Result<std::vector<std::filesystem::path>> plugin_folders(
    const std::filesystem::path& directory);

// Whether a person who named it as the folder of one plugin can have meant it. kNotFound.
[[nodiscard]] Status check_plugin_folder(const std::filesystem::path& folder);

// What its operator should know of a directory, whose reports these are: that no plugin is in it, and
// settings for plugins that are not. A text for each. No errors: a plugin may come later.
[[nodiscard]] std::vector<std::string> doubts_about(const std::filesystem::path& directory,
                                                    const settings::Plugins& settings,
                                                    const std::vector<models::PluginReport>& reports);

}  // namespace agenthost::plugins
