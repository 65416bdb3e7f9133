#include "host/app/child_program.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include "host/base/pidfd.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it only for GNU

namespace agenthost::app {
namespace {

// What was written to a file so far, to our stderr.
void show(int file) {
  lseek(file, 0, SEEK_SET);
  std::array<char, 16'384> piece{};
  for (auto size = read(file, piece.data(), piece.size()); size > 0;
       size = read(file, piece.data(), piece.size())) {
    std::fwrite(piece.data(), 1, static_cast<std::size_t>(size), stderr);
  }
}

pid_t spawn(const Command& command, const Outputs& outputs) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  if (outputs.standard) posix_spawn_file_actions_adddup2(&files, *outputs.standard, STDOUT_FILENO);
  if (outputs.errors) posix_spawn_file_actions_adddup2(&files, *outputs.errors, STDERR_FILENO);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  if (posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environ) != 0) pid = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

}  // namespace

ChildProgram::ChildProgram(pid_t pid, FileDescriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

std::optional<ChildProgram> ChildProgram::start(const Command& command, const Outputs& outputs) {
  const auto pid = spawn(command, outputs);
  if (pid < 0) {
    std::fprintf(stderr, "cannot start %s; is it installed?\n", command[0].c_str());
    return std::nullopt;
  }
  ChildProgram program(pid, open_pidfd(pid));
  if (program.pidfd_) return program;
  std::fprintf(stderr, "cannot watch %s: pidfd_open failed; agenthost needs Linux 5.3\n", command[0].c_str());
  program.tell(SIGKILL);
  program.wait();
  return std::nullopt;
}

void ChildProgram::tell(int signal) const {
  kill(-pid_, signal);
}

bool ChildProgram::wait() {
  int status = 0;
  return waitpid(pid_, &status, 0) == pid_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool run_quietly(const Command& command, int stop) {
  const FileDescriptor said(memfd_create("said", MFD_CLOEXEC));
  auto program = said ? ChildProgram::start(command, {said.get(), said.get()}) : ChildProgram::start(command);
  if (!program) return false;
  wait_for_either(program->ended(), stop);
  const bool stopped = is_readable(stop);
  if (stopped) program->tell(SIGTERM);
  const bool good = program->wait() && !stopped;
  if (!good && !stopped && said) show(said.get());
  return good;
}

bool is_readable(int fd) {
  pollfd wanted{fd, POLLIN, 0};
  return poll(&wanted, 1, 0) > 0;
}

void wait_for_either(int one, int other) {
  std::array<pollfd, 2> wanted{pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
  while (poll(wanted.data(), wanted.size(), -1) < 0 && errno == EINTR) {
  }
}

}  // namespace agenthost::app
