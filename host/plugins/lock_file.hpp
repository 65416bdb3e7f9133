// LockFile: plugin.lock beside a plugin.yaml: the SHA-256 of the plugin's files, and who signed that.
//
//   3b1f...  plugin.yaml
//   9c0e...  echo.so
//   ed25519 <public key> <signature>
//
// The first two lines are what `sha256sum plugin.yaml echo.so` prints, and all that is needed to notice a
// damaged or half-made copy. The third, made by `agenthost sign`, says who made it. Immutable value.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "host/base/error.hpp"
#include "host/plugins/package.hpp"
#include "host/plugins/signature.hpp"

namespace agenthost::plugins {

inline constexpr std::string_view kLockFile = "plugin.lock";

struct LockFile {
  std::string manifest_sha256;
  std::string library_sha256;
  // Base64; both empty when nobody signed
  std::string public_key;
  std::string signature;
};

// nullopt: there is none. kInvalid: it is not one, or not of this library.
[[nodiscard]] Result<std::optional<LockFile>> read_lock_file(const std::filesystem::path& folder,
                                                             const std::string& library);
// The text that is signed.
[[nodiscard]] std::string signed_text(const PluginPackage& package);
// Writes a folder's plugin.lock anew, signed.
[[nodiscard]] Status write_lock_file(const std::filesystem::path& folder, const PluginPackage& package,
                                     const SigningKey& key);

}  // namespace agenthost::plugins
