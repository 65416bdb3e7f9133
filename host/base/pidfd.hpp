// open_pidfd: a descriptor of a process, readable once that has ended. Thread-safe.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include "host/base/file_descriptor.hpp"

namespace agenthost {

// Of a process of ours that is not reaped yet. Empty, with errno, before Linux 5.3. Not by <sys/pidfd.h>,
// whose functions C++ cannot link in this C library.
[[nodiscard]] inline FileDescriptor open_pidfd(int pid) {
  return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace agenthost
