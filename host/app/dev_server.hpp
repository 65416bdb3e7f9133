// DevServer: the server of `agenthost dev`: one `agenthost serve` at a time, started with the first good
// build and asked to take each one after it. Strand-bound.
#pragma once

#include <optional>
#include <string>

#include "host/app/child_program.hpp"
#include "host/base/error.hpp"
#include "host/base/file_descriptor.hpp"

namespace agenthost::app {

class DevServer {
 public:
  // command: one that listens, and that takes POST /admin/plugins/reload. stop: a descriptor; once it is
  // readable no answer is waited for.
  DevServer(Command command, int stop);
  // Ends it in order and passes on its last words.
  ~DevServer();
  DevServer(const DevServer&) = delete;
  DevServer& operator=(const DevServer&) = delete;

  // Readable when read_output() has something to do; -1 when nothing runs.
  [[nodiscard]] int output() const { return output_.get(); }
  // Passes on what it prints, and learns from that where it listens.
  void read_output();

  // Readable when it has ended by itself, which bury() says; -1 when nothing runs.
  [[nodiscard]] int ended() const { return program_ ? program_->ended() : -1; }
  void bury();

  // After a good build: starts it, or has it look at its plugins. What it makes of them, for a person.
  [[nodiscard]] std::string take_build();

 private:
  void start_it();
  void forget();
  void hear_last_words();
  void hear(const std::string& line);

  const Command command_;
  const int stop_;
  std::optional<ChildProgram> program_;
  FileDescriptor output_;
  std::string line_;     // what there is of an unfinished one
  std::string url_;      // "" until it listens
  bool behind_ = false;  // there was a build while it started
};

}  // namespace agenthost::app
