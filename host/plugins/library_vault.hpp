// LibraryVault: the server's own copies of plugins' libraries, in a folder that only this user can write.
//
// Why copies: what was hashed must be what is loaded, whatever happens to the plugin's folder meanwhile; for
// a path it has seen the dynamic linker gives the old code; and a library that is overwritten while it is
// mapped kills the process. So a library is read once, hashed on the way, and every copy has a name of its
// own. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "host/base/error.hpp"

namespace agenthost::plugins {

// The file goes with the object; what is mapped from it stays. Immutable.
class LibraryCopy {
 public:
  LibraryCopy(std::filesystem::path file, std::string sha256);
  ~LibraryCopy();
  LibraryCopy(const LibraryCopy&) = delete;
  LibraryCopy& operator=(const LibraryCopy&) = delete;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

 private:
  const std::filesystem::path file_;
  const std::string sha256_;
};
// Shared because: the package and the version that runs from it use the file.
using LibraryCopyPtr = std::shared_ptr<const LibraryCopy>;

class LibraryVault {
 public:
  // The folder is made if it is absent, and emptied of what a former server left: one server per folder.
  [[nodiscard]] static Result<std::unique_ptr<LibraryVault>> open(const std::filesystem::path& folder);
  // In a new temporary folder that goes with the vault.
  [[nodiscard]] static Result<std::unique_ptr<LibraryVault>> open_temporary();
  ~LibraryVault();
  LibraryVault(const LibraryVault&) = delete;
  LibraryVault& operator=(const LibraryVault&) = delete;

  // kNotFound, kUnavailable when it was changed while it was read.
  [[nodiscard]] Result<LibraryCopyPtr> copy(const std::filesystem::path& library);

 private:
  enum class Lifetime { kStays, kTemporary };
  LibraryVault(std::filesystem::path folder, Lifetime lifetime);

  // Constant after construction
  const std::filesystem::path folder_;
  const Lifetime lifetime_;
  // Own synchronisation
  std::atomic<std::uint64_t> copies_{0};
};

}  // namespace agenthost::plugins
