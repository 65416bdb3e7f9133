// storage_victim: a process for the storage tests to kill, starve and lock out.
//
//   write FILE            writes batch after batch, prints the number of each one as it is acknowledged
//   fill FILE BYTES       the same with files limited to BYTES, until a write fails; then prints "error: ..."
//   and ends open FILE             opens, prints "opened" or "error: ..." open-as-nobody FILE   the same
//   without root's rights
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>

#include "host/storage/sqlite/sqlite_storage.hpp"

namespace agenthost::storage {
namespace {

constexpr uid_t kNobody = 65534;

// One write(2) per line: what was said before a kill arrives.
void say(const std::string& line) {
  const auto text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(3);
}

// A run and its checkpoint: both or none must be found later.
Batch batch_of(int number) {
  const auto id = std::to_string(number);
  models::Run run;
  run.run_id = "run-" + id;
  run.thread_id = "t";
  models::Checkpoint checkpoint;
  checkpoint.thread_id = "t";
  checkpoint.checkpoint_id = "checkpoint-" + id;
  checkpoint.run_id = run.run_id;
  checkpoint.channels = {{"messages", number + 1, make_blob('"' + std::string(5'000, 'x') + '"')}};
  return {InsertRun{run}, InsertCheckpoint{checkpoint}};
}

int write_until_failure(Storage& storage) {
  models::Thread thread;
  thread.thread_id = "t";
  storage.write({InsertThread{thread}}, [](const Status&) {});
  // A few in flight, so that groups form.
  constexpr int kInFlight = 8;
  for (int first = 0;; first += kInFlight) {
    std::promise<Status> last;
    auto failed = last.get_future();
    for (int number = first; number < first + kInFlight; ++number) {
      storage.write(batch_of(number), [&last, number, end = first + kInFlight - 1](const Status& status) {
        if (status) say(std::to_string(number));
        if (number == end) last.set_value(status);
      });
    }
    const auto status = failed.get();
    if (status) continue;
    say("error: " + status.error().text);
    say(storage.thread("t") ? "still readable" : "not readable");
    return 0;
  }
}

int run(const std::string& mode, const std::string& file, const char* limit) {
  if (mode == "open-as-nobody" && ::geteuid() == 0 && ::setuid(kNobody) != 0) return 3;
  if (mode == "fill") {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit size{std::strtoul(limit, nullptr, 10), RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &size) != 0) return 3;
  }
  auto storage = open_sqlite({file, 1});
  if (!storage) {
    say("error: " + storage.error().text);
    return 0;
  }
  if (mode == "write" || mode == "fill") return write_until_failure(**storage);
  say("opened");
  return 0;
}

}  // namespace
}  // namespace agenthost::storage

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  return agenthost::storage::run(argv[1], argv[2], argc > 3 ? argv[3] : "0");
}
