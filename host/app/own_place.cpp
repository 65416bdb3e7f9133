#include "host/app/own_place.hpp"

#include <cstdlib>
#include <sstream>
#include <string>
#include <system_error>

namespace agenthost::app {

namespace fs = std::filesystem;

fs::path own_executable() {
  std::error_code ec;
  return fs::read_symlink("/proc/self/exe", ec);
}

fs::path own_prefix() {
  constexpr const char* kConfig = "cmake/agenthost-plugin-api/agenthost-plugin-api-config.cmake";
  auto prefix = own_executable().parent_path().parent_path();
  std::error_code ec;
  for (const auto* lib : {"lib", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64"}) {
    if (fs::exists(prefix / lib / kConfig, ec)) return prefix;
  }
  return {};
}

std::optional<Installation> own_installation() {
  const auto prefix = own_executable().parent_path().parent_path();
  Installation here{prefix / "lib/agenthost/plugins", prefix / "share/agenthost/web"};
  std::error_code ec;
  if (!fs::is_directory(here.plugins, ec)) return std::nullopt;
  return here;
}

bool is_in_path(const fs::path& folder) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  std::istringstream folders(path == nullptr ? "" : path);
  std::error_code ec;
  for (std::string one; std::getline(folders, one, ':');) {
    if (fs::equivalent(one, folder, ec)) return true;
  }
  return false;
}

}  // namespace agenthost::app
