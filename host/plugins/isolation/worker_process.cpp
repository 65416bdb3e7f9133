#include "host/plugins/isolation/worker_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "host/base/pidfd.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it only for GNU

namespace agenthost::isolation {
namespace {

constexpr int kWorkerSocket = 3;
// Ours are moved above those that the worker gets, so that one dup2 never closes the next one's source.
constexpr int kAboveWorkers = 8;

// What a worker that works may know of the server's environment: no keys.
constexpr std::array kPassedOn{"LANG",         "LC_ALL",        "TZ",          "LD_LIBRARY_PATH",
                               "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};

tl::unexpected<Error> no_worker(const std::string& what, int error) {
  return fail(ErrorCode::kUnavailable,
              "no worker process: " + what + ": " + std::generic_category().message(error));
}

struct Ends {
  FileDescriptor ours, theirs;
};

Result<Ends> above(const std::array<int, 2>& fds, std::size_t ours) {
  FileDescriptor first(fds[0]);
  FileDescriptor second(fds[1]);
  auto& theirs = ours == 0 ? second : first;
  FileDescriptor moved(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, kAboveWorkers));
  if (!moved) return no_worker("fcntl", errno);
  return Ends{std::move(ours == 0 ? first : second), std::move(moved)};
}

Result<Ends> socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
    return no_worker("socketpair", errno);
  return above(fds, 0);
}

Result<Ends> output_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return no_worker("pipe2", errno);
  auto ends = above(fds, 0);
  if (ends) ::fcntl(ends->ours.get(), F_SETFL, O_NONBLOCK);
  return ends;
}

std::vector<std::string> environment(Purpose purpose) {
  std::vector<std::string> variables;
  if (purpose == Purpose::kTrial) {
    for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
    return variables;
  }
  for (const auto* name : kPassedOn) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here sets variables
    if (const auto* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  }
  return variables;
}

// posix_spawn's two lists, freed in the end.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void pass(int fd, int as) { posix_spawn_file_actions_adddup2(&actions_, fd, as); }

  int spawn(const std::filesystem::path& program, Purpose purpose, pid_t& pid) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    // The server holds descriptors that libraries opened without O_CLOEXEC.
    posix_spawn_file_actions_addclosefrom_np(&actions_, kWorkerSocket + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    // A group of its own: Ctrl-C in a terminal is for the server, which then lets its workers end.
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    auto name = program.string();
    std::array<char*, 2> arguments{name.data(), nullptr};
    auto variables = environment(purpose);
    std::vector<char*> pointers;
    pointers.reserve(variables.size() + 1);
    for (auto& variable : variables) pointers.push_back(variable.data());
    pointers.push_back(nullptr);
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments.data(), pointers.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::string signal_name(int number) {
  const auto* name = sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : std::string("SIG") + name;
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(const std::filesystem::path& program, Purpose purpose) {
  auto socket = socket_pair();
  if (!socket) return fail(socket.error());
  auto output = output_pipe();
  if (!output) return fail(output.error());
  auto errors = output_pipe();
  if (!errors) return fail(errors.error());
  SpawnPlan plan;
  plan.pass(socket->theirs.get(), kWorkerSocket);
  plan.pass(output->theirs.get(), STDOUT_FILENO);
  plan.pass(errors->theirs.get(), STDERR_FILENO);
  WorkerProcess process;
  if (const int error = plan.spawn(program, purpose, process.pid_); error != 0) {
    return fail(ErrorCode::kUnavailable, program.string() + ": cannot be started as a worker process: " +
                                             std::generic_category().message(error) +
                                             "; it belongs beside the agenthost binary");
  }
  // The number cannot be anybody else's before it is reaped, which only we do.
  process.pidfd_ = open_pidfd(process.pid_);
  if (!process.pidfd_) {
    const int error = errno;
    ::kill(process.pid_, SIGKILL);
    ::waitpid(process.pid_, nullptr, 0);
    return no_worker("pidfd_open", error);
  }
  process.socket = std::move(socket->ours);
  process.output = std::move(output->ours);
  process.errors = std::move(errors->ours);
  return process;
}

WorkerProcess::~WorkerProcess() {
  if (!pidfd_) return;
  kill();
  siginfo_t ignored{};
  ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &ignored, WEXITED);
}

void WorkerProcess::kill() {
  if (pidfd_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

Death WorkerProcess::reap() {
  siginfo_t info{};
  const int failed = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED);
  pidfd_.reset();
  if (failed != 0) return {"ended, nobody knows how"};
  if (info.si_code == CLD_EXITED) return {"exited with code " + std::to_string(info.si_status)};
  if (info.si_status == SIGXCPU) return {"used up its processor time (plugins.process.cpu_seconds)"};
  if (info.si_status == SIGKILL) return {"was killed from outside (SIGKILL)", Death::Blame::kOutside};
  return {"ended by " + signal_name(info.si_status)};
}

}  // namespace agenthost::isolation
