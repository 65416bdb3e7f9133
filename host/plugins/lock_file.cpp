#include "host/plugins/lock_file.hpp"

#include <fstream>
#include <sstream>
#include <system_error>

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 4'096;
constexpr std::size_t kHexDigits = 64;
constexpr std::string_view kAlgorithm = "ed25519";
// In front of what is signed, so that a signature is good for nothing else.
constexpr std::string_view kPurpose = "agenthost plugin 1\n";

std::string hash_line(const std::string& sha256, std::string_view file) {
  return sha256 + "  " + std::string(file) + "\n";
}

bool is_sha256(std::string_view text) {
  return text.size() == kHexDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool read_signature(const std::string& line, LockFile& lock) {
  std::istringstream words(line);
  std::string algorithm;
  std::string more;
  words >> algorithm >> lock.public_key >> lock.signature;
  return algorithm == kAlgorithm && !lock.signature.empty() && !(words >> more);
}

// "<hash>  <file>", or with " *" in between, as sha256sum prints.
bool read_hash(const std::string& line, const std::string& library, LockFile& lock) {
  constexpr std::size_t kNameAt = kHexDigits + 2;
  const auto sha256 = line.substr(0, kHexDigits);
  if (!is_sha256(sha256) || line.size() <= kNameAt) return false;
  const auto name = line.substr(kNameAt);
  if (name == kManifestFile) lock.manifest_sha256 = sha256;
  if (name == library) lock.library_sha256 = sha256;
  return name == kManifestFile || name == library;
}

}  // namespace

Result<std::optional<LockFile>> read_lock_file(const fs::path& folder, const std::string& library) {
  const auto file = folder / kLockFile;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(file, ignored))) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::kInvalid, file.string() + ": " + why + "; make it anew with agenthost sign");
  };
  if (text.empty()) return refuse("empty or not readable");
  if (text.size() > kMaxBytes) return refuse("larger than 4 kB");
  LockFile lock;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !read_hash(line, library, lock) && !read_signature(line, lock))
      return refuse("unknown line \"" + line + "\"");
  }
  if (lock.manifest_sha256.empty() || lock.library_sha256.empty())
    return refuse("must name plugin.yaml and " + library);
  return lock;
}

std::string signed_text(const PluginPackage& package) {
  return std::string(kPurpose) + hash_line(package.manifest.sha256, kManifestFile) +
         hash_line(package.library->sha256(), package.manifest.library);
}

Status write_lock_file(const fs::path& folder, const PluginPackage& package, const SigningKey& key) {
  const auto text = signed_text(package);
  const auto incoming = folder / (std::string(kLockFile) + ".new");
  std::ofstream out(incoming, std::ios::binary);
  out << text.substr(kPurpose.size()) << kAlgorithm << ' ' << key.public_key() << ' ' << key.sign(text)
      << '\n';
  out.close();
  std::error_code ec;
  if (out) fs::rename(incoming, folder / kLockFile, ec);
  if (!out || ec)
    return fail(ErrorCode::kUnavailable,
                (folder / kLockFile).string() + ": cannot be written; is the folder yours?");
  return {};
}

}  // namespace agenthost::plugins
