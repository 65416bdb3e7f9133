// PluginPackage: the content of a plugin's folder as the server has read it: its manifest and its own copy of
// the library. Two with one hash are the same plugin. Immutable value.
#pragma once

#include <filesystem>
#include <string>

#include "host/base/error.hpp"
#include "host/plugins/library_vault.hpp"
#include "host/plugins/manifest.hpp"

namespace agenthost::plugins {

struct PluginPackage {
  Manifest manifest;
  LibraryCopyPtr library;
  std::string hash;  // of the manifest's text and the library
};

// Whether the library that the folder's manifest names is a file. kNotFound.
[[nodiscard]] Status check_library_file(const std::filesystem::path& folder, const Manifest& manifest);

// manifest: that of the folder. The library is copied and checked, never opened by the dynamic linker.
[[nodiscard]] Result<PluginPackage> take_package(const std::filesystem::path& folder, Manifest manifest,
                                                 LibraryVault& vault);

// Tells whether anything in a folder may have changed: names, sizes and times of its files, but not their
// content.
[[nodiscard]] std::string fingerprint_of(const std::filesystem::path& folder);

}  // namespace agenthost::plugins
