#include "host/app/child_program.hpp"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

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

}  // namespace

pid_t start(const Command& command, const Outputs& outputs) {
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
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  if (posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environ) != 0) pid = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (pid < 0) std::fprintf(stderr, "cannot start %s; is it installed?\n", command[0].c_str());
  return pid;
}

bool run_quietly(const Command& command) {
  const int said = memfd_create("said", MFD_CLOEXEC);
  const auto pid = said < 0 ? start(command) : start(command, {said, said});
  int status = 0;
  const bool good =
      pid >= 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (said >= 0) {
    if (!good) show(said);
    close(said);
  }
  return good;
}

}  // namespace agenthost::app
