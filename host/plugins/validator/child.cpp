#include "host/plugins/validator/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include "host/base/file_descriptor.hpp"
#include "host/base/pidfd.hpp"

namespace agenthost::plugins::validator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = 4'096;
constexpr std::size_t kMaxFindings = 50;
constexpr char kPlace = '\x1f';  // between what a step is and its place

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
    fcntl(read.get(), F_SETFL, O_NONBLOCK);
  }
  FileDescriptor read, write;
};

// Everything that can be read now.
std::string read_available(int fd) {
  std::string text;
  std::array<char, 4'096> buffer{};
  for (;;) {
    const auto size = ::read(fd, buffer.data(), buffer.size());
    if (size <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

[[noreturn]] void be_the_child(const std::function<void(Witness&)>& body, const Pipe& messages,
                               const Pipe& output) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(output.write.get(), STDOUT_FILENO);
  dup2(output.write.get(), STDERR_FILENO);
  Witness witness(messages.write.get());
  body(witness);
  witness.finished();
  std::fflush(stdout);
  _exit(0);
}

// One child from its fork to the end of its process group.
class Child {
 public:
  Child(pid_t pid, Pipe& messages, Pipe& output, milliseconds silence)
      : pid_(pid), process_(open_pidfd(pid)), messages_(messages), output_(output), silence_(silence) {}

  ChildReport watch() {
    auto quiet_until = steady_clock::now() + silence_;
    bool has_ended = false;
    while (!has_ended) {
      const auto left = std::chrono::duration_cast<milliseconds>(quiet_until - steady_clock::now());
      std::array<pollfd, 3> wanted{pollfd{messages_.read.get(), POLLIN, 0},
                                   pollfd{output_.read.get(), POLLIN, 0}, pollfd{process_.get(), POLLIN, 0}};
      if (left.count() <= 0 || poll(wanted.data(), wanted.size(), static_cast<int>(left.count()) + 1) < 0) {
        if (left.count() > 0 && errno == EINTR) continue;
        kill(-pid_, SIGKILL);
        hung_ = true;
      }
      // Where the kernel gives no descriptor for a process, the end of its messages must do.
      const auto& last_word = process_ ? wanted[2] : wanted[0];
      const auto ending = process_ ? POLLIN : POLLHUP;
      has_ended = hung_ || (last_word.revents & ending) != 0;
      if (read_messages()) quiet_until = steady_clock::now() + silence_;
      read_output();
    }
    take_end();
    return std::move(report_);
  }

 private:
  // Whether there was one.
  bool read_messages() {
    pending_ += read_available(messages_.read.get());
    std::size_t begin = 0;
    for (auto end = pending_.find('\0'); end != std::string::npos; end = pending_.find('\0', begin)) {
      take_message(pending_.substr(begin, end - begin));
      begin = end + 1;
    }
    pending_.erase(0, begin);
    return begin > 0;
  }

  void read_output() {
    report_.output += read_available(output_.read.get());
    if (report_.output.size() > kMaxOutput) report_.output.resize(kMaxOutput);
  }

  void take_message(const std::string& message) {
    const auto text = message.substr(1);
    if (message[0] == '@') take_step(text);
    if (message[0] == '!') report_.lost.insert(text);
    if (message[0] == '.') report_.finished = true;
    if (message[0] == 'E') add(Severity::kError, text);
    if (message[0] == 'W') add(Severity::kWarning, text);
    if (message[0] == 'N') add(Severity::kNote, text);
  }

  void take_step(const std::string& text) {
    const auto end = text.find(kPlace);
    place_ = text.substr(end + 1);
    step_ = text.substr(0, end) + (place_.empty() ? "" : " of " + place_);
  }

  void add(Severity severity, const std::string& text) {
    if (report_.findings.size() >= kMaxFindings || !seen_.insert(text).second) return;
    report_.findings.push_back({severity, text});
  }

  void take_end() {
    int status = 0;
    waitpid(pid_, &status, 0);
    kill(-pid_, SIGKILL);  // what it left behind
    read_messages();
    read_output();
    if (report_.finished && !hung_ && !WIFSIGNALED(status)) return;
    report_.finished = false;
    add(Severity::kError, words_for_end(status));
    if (!place_.empty()) report_.lost.insert(place_);
  }

  std::string words_for_end(int status) const {
    const auto where = step_.empty() ? "before the first step" : "in " + step_;
    const auto rest = (place_.empty() ? "" : "; it is not tried again") +
                      (report_.output.empty() || hung_ ? "" : "; its output:\n" + report_.output);
    if (hung_) {
      return "hangs " + where + ": it did not come back within " + std::to_string(silence_.count()) +
             " ms and was killed" + rest;
    }
    if (!WIFSIGNALED(status))
      return "ended the process " + where + " with exit code " + std::to_string(WEXITSTATUS(status)) + rest;
    const char* name = sigabbrev_np(WTERMSIG(status));
    return "crashed " + where + " with SIG" + std::string(name == nullptr ? "?" : name) + rest;
  }

  const pid_t pid_;
  const FileDescriptor process_;
  Pipe& messages_;
  Pipe& output_;
  const milliseconds silence_;
  ChildReport report_;
  std::set<std::string> seen_;
  std::string pending_, step_, place_;
  bool hung_ = false;
};

}  // namespace

void Witness::step(std::string_view what, std::string_view place) {
  std::string text(what);
  text += kPlace;
  text += place;
  send('@', text);
}

void Witness::send(char kind, std::string_view text) {
  // One write, so that messages of several threads stay whole; longer than a pipe's atomic size would not be.
  constexpr std::size_t kMaxText = 2'000;
  std::string message(1, kind);
  message += text.substr(0, kMaxText);
  message += '\0';
  while (write(channel_, message.data(), message.size()) < 0 && errno == EINTR) {
  }
}

ChildReport run_in_child(const std::function<void(Witness&)>& body, milliseconds silence) {
  Pipe messages;
  Pipe output;
  std::fflush(nullptr);
  const auto pid = fork();
  if (pid == 0) be_the_child(body, messages, output);
  if (pid < 0) {
    return {{{Severity::kError, "cannot start a process for this check: " +
                                    std::string(strerrordesc_np(errno)) + "; try again"}},
            {},
            {},
            false};
  }
  setpgid(pid, pid);  // as the child does: whoever is first
  messages.write.reset();
  output.write.reset();
  return Child(pid, messages, output, silence).watch();
}

}  // namespace agenthost::plugins::validator
