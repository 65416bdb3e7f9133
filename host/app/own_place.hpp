// Where this program is and what stands beside it: the verbs of authors hand that to CMake, an installed
// server serves it. Functions are thread-safe as long as nobody changes the environment.
#pragma once

#include <filesystem>
#include <optional>

namespace agenthost::app {

[[nodiscard]] std::filesystem::path own_executable();

// The folder with bin/agenthost and lib/cmake/agenthost-plugin-api: an installation, or a build folder. Empty
// when the plugin API is not beside this program.
[[nodiscard]] std::filesystem::path own_prefix();

// What `cmake --install` puts beside bin/agenthost, wherever that has been moved to.
struct Installation {
  std::filesystem::path plugins, web;
};

// Nothing in a build folder.
[[nodiscard]] std::optional<Installation> own_installation();

// Whether a folder is one of the PATH.
[[nodiscard]] bool is_in_path(const std::filesystem::path& folder);

}  // namespace agenthost::app
