// agenthost-worker: started by agenthost to run one plugin (docs/isolation.md).
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <new>

#include "host/plugins/isolation/worker/worker.hpp"

namespace {

constexpr int kServer = 3;

bool is_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

// Says why, before whatever the plugin makes of it.
void out_of_memory() {
  constexpr std::string_view kText = "out of memory: the limit is plugins.process.memory_mb\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText.data(), kText.size());
  std::set_new_handler(nullptr);
}

}  // namespace

#ifdef AGENTHOST_ADDRESS_SANITIZED
// A leak check would trace this process from a second one, which its sandbox does not let it start.
extern "C" int __lsan_is_turned_off() {  // NOLINT(bugprone-reserved-identifier)
  return 1;
}
#endif

int main() {
  if (!is_socket(kServer)) {
    std::fputs("agenthost-worker is started by agenthost, for plugins with `isolation: process`\n", stderr);
    return 2;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::fcntl(kServer, F_SETFD, FD_CLOEXEC);
  std::signal(SIGPIPE, SIG_IGN);
  std::set_new_handler(out_of_memory);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what a plugin prints shows at once
  auto loop = agenthost::isolation::EventLoop::open();
  if (!loop) {
    std::fprintf(stderr, "%s\n", loop.error().text.c_str());
    return 1;
  }
  agenthost::isolation::Worker worker(std::move(*loop), agenthost::FileDescriptor(kServer));
  const int code = worker.run();
  std::fflush(nullptr);
  // Not through exit(): a thread of the plugin may still use what that would destroy.
  ::_exit(code);
}
