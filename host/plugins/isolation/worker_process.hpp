// WorkerProcess: one agenthost-worker as the kernel knows it: started, watched and ended through its pidfd,
// so that no other process can ever be meant. Owns its descriptors; ends the process when it goes.
// Strand-bound.
#pragma once

#include <filesystem>
#include <string>

#include "host/base/error.hpp"
#include "host/base/file_descriptor.hpp"
#include "host/plugins/isolation/messages.hpp"

namespace agenthost::isolation {

// How a process ended: for the operator, and whether what it did can be the reason.
struct Death {
  std::string text;  // "ended by SIGSEGV"
  enum class Blame { kItself, kOutside } blame = Blame::kItself;
};

class WorkerProcess {
 public:
  // program: the worker's file. It inherits one socket (its descriptor 3) and pipes for stdout and stderr, no
  // other descriptor and, when it is to work, next to nothing of the environment. Only from a thread that
  // lives as long as the server: the worker ends when that thread does.
  [[nodiscard]] static Result<WorkerProcess> start(const std::filesystem::path& program, Purpose purpose);

  ~WorkerProcess();
  WorkerProcess(WorkerProcess&&) = default;
  WorkerProcess& operator=(WorkerProcess&&) = delete;

  // Readable once it has ended.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] int pid() const { return pid_; }
  void kill();
  // Only once pidfd() is readable.
  [[nodiscard]] Death reap();

  FileDescriptor socket, output, errors;

 private:
  WorkerProcess() = default;

  FileDescriptor pidfd_;
  int pid_ = 0;
};

}  // namespace agenthost::isolation
