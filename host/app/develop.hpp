// develop: builds a plugin's source folder and serves it, again whenever a file in it is saved. A build that
// fails leaves the running server alone. Strand-bound: for main(), before it has any thread.
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
