#include "host/plugins/isolation/worker/sandbox.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace agenthost::isolation {
namespace {

// Sanitizers keep their books in terabytes of address space.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

Status limit(int resource, rlim_t value, const char* name) {
  rlimit now{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &now);
  const auto most = std::min(value, now.rlim_max);
  const rlimit wanted{most, most};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) == 0) return {};
  return fail(ErrorCode::kUnavailable,
              std::string("cannot limit ") + name + ": " + std::generic_category().message(errno));
}

}  // namespace

Status limit_resources(const Confinement& confinement) {
  if (auto set = limit(RLIMIT_CORE, 0, "core dumps"); !set) return set;
  if (auto set = limit(RLIMIT_FSIZE, 0, "the size of files"); !set) return set;
  if (auto set = limit(RLIMIT_NOFILE, confinement.open_files, "open files"); !set) return set;
  if (confinement.cpu_seconds != 0) {
    if (auto set = limit(RLIMIT_CPU, confinement.cpu_seconds, "processor time"); !set) return set;
  }
  if (kSanitized || confinement.memory_bytes == 0) return {};
  // Private memory that can be written to. What escapes this count (shared, or growing downwards) is refused
  // by limit_system_calls().
  return limit(RLIMIT_DATA, confinement.memory_bytes, "memory");
}

Result<std::vector<std::string>> confine(const Confinement& confinement) {
  std::vector<std::string> missing;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(ErrorCode::kUnavailable,
                std::string("no_new_privs: ") + std::generic_category().message(errno));
  }
  if (auto set = limit_resources(confinement); !set) return fail(set.error());
  const auto landlock = limit_files(confinement.readable);
  if (!landlock) return fail(landlock.error());
  if (*landlock == Landlock::kAbsent) {
    missing.emplace_back("this kernel has no Landlock: the plugin can read every file that the server can");
  }
  if (auto set = limit_system_calls(); !set) return fail(set.error());
  return missing;
}

}  // namespace agenthost::isolation
