// develop: builds a plugin's source folder and serves it, and builds it again whenever a file in it is saved.
// The running server is asked to take the new library, so threads in memory and open streams live on; a build
// that fails leaves it as it is. Strand-bound: for main(), before it has any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace agenthost::app {

struct DevelopOptions {
  std::filesystem::path folder = ".";
  std::uint16_t port = 8000;
  std::optional<std::string> config;
};

// Until SIGINT or SIGTERM; the exit code.
[[nodiscard]] int develop(const DevelopOptions& options);

}  // namespace agenthost::app
