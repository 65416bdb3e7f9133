#include "host/app/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace agenthost::app {
namespace {

constexpr const char* kLockFile = "agenthost.lock";

// What the holder of the lock wrote: its number.
std::string holder(const FileDescriptor& lock) {
  std::array<char, 16> text{};
  const auto size = pread(lock.get(), text.data(), text.size(), 0);
  return size > 0 ? " (process " + std::string(text.data(), static_cast<std::size_t>(size)) + ")" : "";
}

}  // namespace

Result<DataFolder> DataFolder::open(const std::filesystem::path& directory) {
  const auto unusable = [&](const std::error_code& why) {
    return fail(ErrorCode::kUnavailable, directory.string() +
                                             ": cannot be used as the data folder: " + why.message() +
                                             "; choose another with --data or storage.directory");
  };
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) return unusable(problem);
  FileDescriptor lock(::open((directory / kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock) return unusable({errno, std::generic_category()});
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unusable({errno, std::generic_category()});
    return fail(ErrorCode::kAlreadyExists,
                directory.string() + ": another agenthost" + holder(lock) +
                    " serves this data folder; stop it, or choose another with --data or storage.directory");
  }
  const auto number = std::to_string(getpid());
  if (ftruncate(lock.get(), 0) != 0 || pwrite(lock.get(), number.data(), number.size(), 0) < 0)
    return unusable({errno, std::generic_category()});
  return DataFolder(std::move(lock));
}

}  // namespace agenthost::app
