// DevServer: the server of `agenthost dev`: one `agenthost serve` at a time, started with the first good
// build and asked to take each one after it. Strand-bound.
#pragma once

#include <sys/types.h>

#include <string>

#include "host/app/child_program.hpp"
#include "host/base/error.hpp"

namespace agenthost::app {

class DevServer {
 public:
  // command: one that listens, and that takes POST /admin/plugins/reload.
  explicit DevServer(Command command);
  ~DevServer();
  DevServer(const DevServer&) = delete;
  DevServer& operator=(const DevServer&) = delete;

  // Readable when read_output() has something to do; -1 when nothing runs.
  [[nodiscard]] int output() const { return output_; }
  // Passes on what it prints, and learns from that where it listens.
  void read_output();

  // After a good build: starts it, or has it look at its plugins. What it makes of them, for a person.
  [[nodiscard]] std::string take_build();

  // After SIGCHLD: says so when it ended by itself.
  void look();

 private:
  void start_it();
  void forget();
  void hear(const std::string& line);

  const Command command_;
  pid_t pid_ = -1;
  int output_ = -1;
  std::string line_;     // what there is of an unfinished one
  std::string url_;      // "" until it listens
  bool behind_ = false;  // there was a build while it started
};

}  // namespace agenthost::app
