// Which system calls a worker may make, by seccomp: what computing, threads, clocks and reading files take.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <system_error>

#include "host/plugins/isolation/worker/sandbox.hpp"

namespace agenthost::isolation {
namespace {

// A call that is on no list fails with EPERM: the plugin is told, not killed.
constexpr std::array kAllowed{
    // memory
    SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(membarrier), SCMP_SYS(mprotect), SCMP_SYS(mremap),
    SCMP_SYS(munmap), SCMP_SYS(pkey_alloc), SCMP_SYS(pkey_free), SCMP_SYS(pkey_mprotect),
    // threads and signals of this process
    SCMP_SYS(arch_prctl), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(futex_waitv),
    SCMP_SYS(get_robust_list), SCMP_SYS(getcpu), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid),
    SCMP_SYS(restart_syscall), SCMP_SYS(rseq), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sched_get_priority_max), SCMP_SYS(sched_get_priority_min), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getattr), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address), SCMP_SYS(sigaltstack),
    // clocks
    SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday),
    SCMP_SYS(nanosleep), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_gettime),
    SCMP_SYS(timerfd_settime),
    // descriptors that are open
    SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
    SCMP_SYS(epoll_create), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_wait), SCMP_SYS(eventfd), SCMP_SYS(eventfd2), SCMP_SYS(fadvise64),
    SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(getdents64), SCMP_SYS(lseek), SCMP_SYS(pipe),
    SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(pselect6),
    SCMP_SYS(read), SCMP_SYS(readahead), SCMP_SYS(readv), SCMP_SYS(recvfrom), SCMP_SYS(select),
    SCMP_SYS(sendto), SCMP_SYS(write), SCMP_SYS(writev),
    // looking at files
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getcwd), SCMP_SYS(lstat),
    SCMP_SYS(newfstatat), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(stat), SCMP_SYS(statfs),
    SCMP_SYS(statx),
    // questions about this process and machine
    SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getgroups), SCMP_SYS(getpgid),
    SCMP_SYS(getpgrp), SCMP_SYS(getrandom), SCMP_SYS(getresgid), SCMP_SYS(getresuid), SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage), SCMP_SYS(getsid), SCMP_SYS(getuid), SCMP_SYS(sysinfo), SCMP_SYS(uname)};

// The C library does without them when they are said not to exist. What clone3 and openat2 do stands in
// memory, which a filter cannot read.
constexpr std::array kUnknown{SCMP_SYS(clone3), SCMP_SYS(openat2)};

constexpr int kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

struct Release {
  void operator()(void* context) const { seccomp_release(context); }
};

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM))) {}

  void add(std::uint32_t action, int call) { note(seccomp_rule_add(context_.get(), action, call, 0)); }
  void allow_if(int call, std::initializer_list<scmp_arg_cmp> arguments) {
    note(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call, static_cast<unsigned>(arguments.size()),
                                arguments.begin()));
  }
  // For every thread there is.
  int load() {
    if (context_ == nullptr) return -ENOMEM;
    note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
    return error_ != 0 ? error_ : seccomp_load(context_.get());
  }

 private:
  void note(int result) {
    if (result != 0 && error_ == 0) error_ = result;
  }

  std::unique_ptr<void, Release> context_;
  int error_ = 0;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

// Calls that depend on how they are made.
void allow_in_part(Filter& filter) {
  const auto self = static_cast<std::uint64_t>(::getpid());
  filter.allow_if(SCMP_SYS(clone), {masked(0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)});
  filter.allow_if(SCMP_SYS(open), {masked(1, kWriting, 0)});
  filter.allow_if(SCMP_SYS(openat), {masked(2, kWriting, 0)});
  filter.allow_if(SCMP_SYS(mmap), {masked(3, MAP_SHARED | MAP_GROWSDOWN, 0)});
  filter.allow_if(SCMP_SYS(kill), {equals(0, self)});
  filter.allow_if(SCMP_SYS(tgkill), {equals(0, self)});
  filter.allow_if(SCMP_SYS(prlimit64), {equals(0, 0), equals(2, 0)});  // asking, not setting
  // Not F_SETOWN, which makes the kernel send signals to others.
  for (const std::uint64_t command :
       {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK}) {
    filter.allow_if(SCMP_SYS(fcntl), {equals(1, command)});
  }
  for (const std::uint64_t option : {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA}) {
    filter.allow_if(SCMP_SYS(prctl), {equals(0, option)});
  }
  for (const std::uint64_t request : {TCGETS, FIONREAD, FIONBIO, FIOCLEX}) {
    filter.allow_if(SCMP_SYS(ioctl), {equals(1, request)});
  }
}

}  // namespace

Status limit_system_calls() {
  Filter filter;
  for (const int call : kAllowed) filter.add(SCMP_ACT_ALLOW, call);
  for (const int call : kUnknown) filter.add(SCMP_ACT_ERRNO(ENOSYS), call);
  allow_in_part(filter);
  if (const int error = filter.load(); error != 0) {
    return fail(ErrorCode::kUnavailable, std::string("seccomp: ") + std::generic_category().message(-error));
  }
  return {};
}

}  // namespace agenthost::isolation
