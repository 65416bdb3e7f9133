#include "host/app/develop.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "host/app/own_place.hpp"
#include "host/app/source_watch.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it only for GNU

namespace agenthost::app {
namespace {

namespace fs = std::filesystem;

using Command = std::vector<std::string>;

// Starts a program with this one's environment and none of its blocked signals; -1 when it cannot.
pid_t start(const Command& command) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  if (posix_spawnp(&pid, arguments[0], nullptr, &attributes, arguments.data(), environ) != 0) pid = -1;
  posix_spawnattr_destroy(&attributes);
  if (pid < 0) std::fprintf(stderr, "cannot start %s; is it installed?\n", command[0].c_str());
  return pid;
}

// To its end; true when that was good.
bool run(const Command& command) {
  const auto pid = start(command);
  int status = 0;
  return pid >= 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// One `agenthost serve` at a time, on the freshly built plugins.
class DevServer {
 public:
  explicit DevServer(Command command) : command_(std::move(command)) {}
  ~DevServer() { stop(); }
  DevServer(const DevServer&) = delete;
  DevServer& operator=(const DevServer&) = delete;

  // One that runs takes the new build by itself.
  void ensure() {
    if (pid_ < 0) pid_ = start(command_);
  }
  void stop() {
    if (pid_ < 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  // After SIGCHLD: says so when it ended by itself.
  void look() {
    if (pid_ < 0 || waitpid(pid_, nullptr, WNOHANG) != pid_) return;
    pid_ = -1;
    std::fprintf(stderr, "== the server has ended; save a file to start it again\n");
  }

 private:
  const Command command_;
  pid_t pid_ = -1;
};

Command serve_command(const DevelopOptions& options, const fs::path& build) {
  Command command{own_executable(), "serve",        "--plugins", build / "plugins",
                  "--data",         build / "data", "--port",    std::to_string(options.port)};
  if (options.config) command.insert(command.end(), {"--config", *options.config});
  return command;
}

// Configuring again costs little and takes up a changed CMakeLists.txt after a failed try.
bool rebuild(const fs::path& folder, const fs::path& build) {
  using Clock = std::chrono::steady_clock;
  std::fprintf(stderr, "== building %s\n", folder.c_str());
  const auto began = Clock::now();
  Command configure{"cmake", "-S", folder, "-B", build};
  if (const auto prefix = own_prefix(); !prefix.empty())
    configure.push_back("-DCMAKE_PREFIX_PATH=" + prefix.string());
  const bool built = run(configure) && run({"cmake", "--build", build});
  const auto seconds = std::chrono::duration<double>(Clock::now() - began).count();
  if (built) {
    std::fprintf(stderr, "== built in %.1f s\n", seconds);
  } else {
    std::fprintf(stderr, "== not built; what runs goes on running, save a file to try again\n");
  }
  return built;
}

}  // namespace

int develop(const DevelopOptions& options) {
  std::error_code ec;
  const auto folder = fs::canonical(options.folder, ec);
  if (ec || !fs::exists(folder / "CMakeLists.txt", ec)) {
    std::fprintf(stderr,
                 "%s: holds no CMakeLists.txt; name the source folder of a plugin, or make one: "
                 "agenthost new my-agent\n",
                 options.folder.c_str());
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
  const auto build = folder / "build";
  SourceWatch watch(folder);
  DevServer server(serve_command(options, build));
  if (rebuild(folder, build)) server.ensure();
  std::array<pollfd, 2> wanted{pollfd{signal_fd, POLLIN, 0}, pollfd{watch.fd(), POLLIN, 0}};
  for (;;) {
    poll(wanted.data(), wanted.size(), -1);
    if ((wanted[0].revents & POLLIN) != 0) {
      signalfd_siginfo received{};
      if (read(signal_fd, &received, sizeof(received)) == sizeof(received) &&
          received.ssi_signo != static_cast<unsigned>(SIGCHLD)) {
        close(signal_fd);
        return 0;
      }
      server.look();
    }
    if ((wanted[1].revents & POLLIN) != 0 && watch.take_changes() && rebuild(folder, build)) server.ensure();
  }
}

}  // namespace agenthost::app
