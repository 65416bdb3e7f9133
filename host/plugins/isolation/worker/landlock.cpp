// Which files a worker may read, by Landlock. The C library has no functions for it.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "host/base/file_descriptor.hpp"
#include "host/plugins/isolation/worker/sandbox.hpp"

namespace agenthost::isolation {
namespace {

// What programs need that were linked dynamically, and what C libraries look up.
constexpr std::array kSystemPaths{
    "/usr",           "/lib",          "/lib64",        "/etc/ld.so.cache",
    "/etc/localtime", "/dev/null",     "/dev/zero",     "/dev/urandom",
    "/proc/self",     "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"};

// Everything the first version of Landlock knows, so that it is refused unless a rule allows it.
constexpr std::uint64_t kHandled = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadFolder = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

tl::unexpected<Error> no_landlock(const std::string& what) {
  return fail(ErrorCode::kUnavailable, "Landlock: " + what + ": " + std::generic_category().message(errno));
}

// A path that does not exist needs no rule.
Status allow(int rules, const std::string& path) {
  const FileDescriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) return {};
  landlock_path_beneath_attr rule{};
  rule.parent_fd = place.get();
  rule.allowed_access = S_ISDIR(status.st_mode) ? kReadFolder : kReadFile;
  if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0) return {};
  return no_landlock(path);
}

}  // namespace

Result<Landlock> limit_files(const std::vector<std::string>& readable) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = kHandled;
  const FileDescriptor rules(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!rules) return Landlock::kAbsent;
  for (const auto* path : kSystemPaths) {
    if (auto allowed = allow(rules.get(), path); !allowed) return fail(allowed.error());
  }
  for (const auto& path : readable) {
    if (auto allowed = allow(rules.get(), path); !allowed) return fail(allowed.error());
  }
  if (::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0) return no_landlock("restrict_self");
  return Landlock::kActive;
}

}  // namespace agenthost::isolation
