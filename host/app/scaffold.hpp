// scaffold: the folder of a new plugin, from the templates of plugin-api/templates that are part of the
// binary. A pure writer of files: thread-safe.
#pragma once

#include <filesystem>
#include <string>

#include "host/base/error.hpp"

namespace agenthost::app {

enum class Language { kCpp, kC };

struct ScaffoldOptions {
  std::string name;
  Language language = Language::kCpp;
  std::filesystem::path parent = ".";
};

// Writes parent/name, which must not exist yet; returns what to tell the author.
[[nodiscard]] Result<std::string> scaffold(const ScaffoldOptions& options);

}  // namespace agenthost::app
