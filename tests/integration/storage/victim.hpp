// Victim: starts storage_victim and reads its lines. Strand-bound: one test.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#ifndef AGENTHOST_STORAGE_VICTIM  // the build says where it is
#define AGENTHOST_STORAGE_VICTIM "storage_victim"
#endif

extern char** environ;

namespace agenthost::storage {

class Victim {
 public:
  explicit Victim(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), AGENTHOST_STORAGE_VICTIM);
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (::posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~Victim() {
    kill();
    if (out_ != nullptr) std::fclose(out_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  // Waits for the next line; nullopt when the process has ended and everything was read.
  std::optional<std::string> line() {
    char* text = nullptr;
    std::size_t capacity = 0;
    const auto length = out_ == nullptr ? -1 : ::getline(&text, &capacity, out_);
    std::optional<std::string> found;
    if (length > 0) found.emplace(text, static_cast<std::size_t>(length) - 1);
    std::free(text);
    return found;
  }

  // As hard as a power cut for the process; what it printed can still be read.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
};

}  // namespace agenthost::storage
