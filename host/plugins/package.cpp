#include "host/plugins/package.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "host/base/digest.hpp"
#include "host/plugins/elf_check.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;

std::string text_of(const timespec& time) {
  return std::to_string(time.tv_sec) + "." + std::to_string(time.tv_nsec);
}

}  // namespace

Status check_library_file(const fs::path& folder, const Manifest& manifest) {
  const auto file = folder / manifest.library;
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored)) return {};
  const auto* const what = fs::is_directory(file, ignored) ? ": is a folder" : ": no such file";
  return fail(ErrorCode::kNotFound, file.string() + what + "; build the plugin or correct \"library\" in " +
                                        (folder / kManifestFile).string());
}

Result<PluginPackage> take_package(const fs::path& folder, Manifest manifest, LibraryVault& vault) {
  const auto file = folder / manifest.library;
  if (auto there = check_library_file(folder, manifest); !there) return fail(there.error());
  auto library = vault.copy(file);
  if (!library) return fail(library.error());
  if (const auto whole = check_elf((*library)->file()); !whole)
    return fail(ErrorCode::kInvalid, manifest.library + ": cannot be loaded: " + whole.error().text);
  PluginPackage package;
  package.hash = sha256_hex(manifest.sha256 + (*library)->sha256());
  package.library = std::move(*library);
  package.manifest = std::move(manifest);
  return package;
}

std::string fingerprint_of(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code ec;
  for (fs::directory_iterator entry(folder, ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    struct stat info {};
    if (stat(entry->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    files.push_back(entry->path().filename().string() + "/" + std::to_string(info.st_ino) + "/" +
                    std::to_string(info.st_size) + "/" + text_of(info.st_mtim) + "/" + text_of(info.st_ctim));
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) all += file + "\n";
  return all;
}

}  // namespace agenthost::plugins
