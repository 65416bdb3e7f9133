// ChildProgram: a program that a verb starts, watches and ends. It has a process group of its own: Ctrl-C in
// a terminal is for the verb, which then ends the program and what that has started, in order. Strand-bound;
// nobody changes the environment meanwhile.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "host/base/file_descriptor.hpp"

namespace agenthost::app {

using Command = std::vector<std::string>;

// Where a program's words go; what is left out goes where ours do. Borrowed descriptors.
struct Outputs {
  std::optional<int> standard, errors;
};

class ChildProgram {
 public:
  // With our environment and none of our blocked signals. nullopt, and a word on stderr, when it cannot be
  // started.
  [[nodiscard]] static std::optional<ChildProgram> start(const Command& command, const Outputs& outputs = {});

  // Readable once it has ended.
  [[nodiscard]] int ended() const { return pidfd_.get(); }
  // The whole group. Only before wait().
  void tell(int signal) const;
  // For its end, which it has to come to; true when that was good. Once.
  bool wait();

 private:
  ChildProgram(pid_t pid, FileDescriptor pidfd);

  pid_t pid_;
  FileDescriptor pidfd_;
};

// To its end; true when that was good. What it said is shown only when it was not. stop: a descriptor; once
// it is readable the program is told to end, and the end is no good one.
[[nodiscard]] bool run_quietly(const Command& command, int stop);

// Whether there is something to read, now.
[[nodiscard]] bool is_readable(int fd);
// Until there is something to read from one of them, or it is closed; -1 never is.
void wait_for_either(int one, int other);

}  // namespace agenthost::app
