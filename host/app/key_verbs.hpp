// The verbs of signing plugins: `agenthost keys new` and `agenthost sign`. They print for a terminal and
// return an exit code.
#pragma once

#include <filesystem>

namespace agenthost::app {

// Makes a private key and says how a server is told to trust it.
int make_key(const std::filesystem::path& file);
// Writes the plugin.lock of a plugin's folder.
int sign_plugin(const std::filesystem::path& folder, const std::filesystem::path& key_file);

}  // namespace agenthost::app
