// Where this program is, for the verbs that hand its surroundings to CMake. Functions are thread-safe as long
// as nobody changes the environment.
#pragma once

#include <filesystem>

namespace agenthost::app {

[[nodiscard]] std::filesystem::path own_executable();

// The folder with bin/agenthost and lib/cmake/agenthost-plugin-api: an installation, or a build folder. Empty
// when the plugin API is not beside this program.
[[nodiscard]] std::filesystem::path own_prefix();

// Whether a folder is one of the PATH.
[[nodiscard]] bool is_in_path(const std::filesystem::path& folder);

}  // namespace agenthost::app
