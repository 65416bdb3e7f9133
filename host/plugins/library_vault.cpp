#include "host/plugins/library_vault.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "host/base/digest.hpp"
#include "host/base/file_descriptor.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{256} << 10U;
constexpr mode_t kOnlyMine = 0700;
constexpr std::size_t kNamedDigits = 16;  // of the hash: enough for a person; the number makes it unique

std::string reason() {
  return std::generic_category().message(errno);
}

tl::unexpected<Error> cannot_keep(const fs::path& folder, const std::string& why) {
  return fail(ErrorCode::kUnavailable,
              folder.string() + ": cannot hold the server's copies of plugins: " + why);
}

// A folder of ours that nobody else may enter.
Status make_private(const fs::path& folder) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  if (ec) return cannot_keep(folder, ec.message());
  struct stat info {};
  if (lstat(folder.c_str(), &info) != 0) return cannot_keep(folder, reason());
  if (!S_ISDIR(info.st_mode)) return cannot_keep(folder, "it is no folder; move it away");
  if (info.st_uid != geteuid()) return cannot_keep(folder, "it belongs to another user; move it away");
  if (chmod(folder.c_str(), kOnlyMine) != 0) return cannot_keep(folder, reason());
  return {};
}

Status empty(const fs::path& folder) {
  std::error_code ec;
  for (fs::directory_iterator entry(folder, ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    fs::remove(entry->path(), ec);
    if (ec) break;
  }
  if (ec) return cannot_keep(folder, ec.message());
  return {};
}

FileDescriptor open_file(const fs::path& path, int flags) {
  return FileDescriptor(::open(path.c_str(), flags | O_CLOEXEC, 0500));
}

bool write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const auto written = ::write(descriptor, data, size);
    if (written < 0 && errno != EINTR) return false;
    if (written < 0) continue;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// Copies what is left of a file; the SHA-256 of it.
Result<std::string> copy_bytes(const fs::path& library, const FileDescriptor& from,
                               const FileDescriptor& to) {
  struct stat before {};
  struct stat after {};
  fstat(from.get(), &before);
  Sha256 digest;
  std::vector<char> block(kBlock);
  std::uint64_t total = 0;
  for (;;) {
    const auto got = ::read(from.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kUnavailable, library.string() + ": cannot be read: " + reason());
    if (got == 0) break;
    digest.update({block.data(), static_cast<std::size_t>(got)});
    total += static_cast<std::uint64_t>(got);
    if (!write_all(to.get(), block.data(), static_cast<std::size_t>(got))) {
      return fail(ErrorCode::kUnavailable,
                  library.string() + ": cannot be copied into the data folder: " + reason());
    }
  }
  fstat(from.get(), &after);
  if (total != static_cast<std::uint64_t>(after.st_size) || !same(before.st_mtim, after.st_mtim)) {
    return fail(
        ErrorCode::kUnavailable,
        library.string() + ": was written to while it was read; it is looked at again once it is whole");
  }
  return digest.hex();
}

}  // namespace

LibraryCopy::LibraryCopy(fs::path file, std::string sha256)
    : file_(std::move(file)), sha256_(std::move(sha256)) {}

LibraryCopy::~LibraryCopy() {
  std::error_code ignored;
  fs::remove(file_, ignored);
}

LibraryVault::LibraryVault(fs::path folder, Lifetime lifetime)
    : folder_(std::move(folder)), lifetime_(lifetime) {}

LibraryVault::~LibraryVault() {
  std::error_code ignored;
  if (lifetime_ == Lifetime::kTemporary) fs::remove_all(folder_, ignored);
}

Result<std::unique_ptr<LibraryVault>> LibraryVault::open(const fs::path& folder) {
  std::error_code ec;
  const auto whole = fs::absolute(folder, ec);
  if (ec) return cannot_keep(folder, ec.message());
  if (auto made = make_private(whole); !made) return fail(made.error());
  if (auto emptied = empty(whole); !emptied) return fail(emptied.error());
  return std::unique_ptr<LibraryVault>(new LibraryVault(whole, Lifetime::kStays));
}

Result<std::unique_ptr<LibraryVault>> LibraryVault::open_temporary() {
  std::error_code ec;
  auto pattern = (fs::temp_directory_path(ec) / "agenthost-plugins-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return cannot_keep(pattern, reason());
  return std::unique_ptr<LibraryVault>(new LibraryVault(pattern, Lifetime::kTemporary));
}

Result<LibraryCopyPtr> LibraryVault::copy(const fs::path& library) {
  const auto from = open_file(library, O_RDONLY);
  if (!from) return fail(ErrorCode::kNotFound, library.string() + ": cannot be read: " + reason());
  const auto number = std::to_string(++copies_);
  const auto incoming = folder_ / ("incoming-" + number);
  const auto to = open_file(incoming, O_WRONLY | O_CREAT | O_EXCL);
  if (!to) return cannot_keep(folder_, reason());
  std::error_code ec;
  auto sha256 = copy_bytes(library, from, to);
  if (!sha256) {
    fs::remove(incoming, ec);
    return fail(sha256.error());
  }
  const auto file = folder_ / (sha256->substr(0, kNamedDigits) + "-" + number + ".so");
  fs::rename(incoming, file, ec);
  if (ec) return cannot_keep(folder_, ec.message());
  return std::make_shared<const LibraryCopy>(file, std::move(*sha256));
}

}  // namespace agenthost::plugins
