// check_stop, check_manners and check_leaks: what is left of the plugin in the process.
#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "host/plugins/validator/checks.hpp"
#include "host/plugins/validator/inputs.hpp"
#include "host/plugins/validator/process_facts.hpp"

// jemalloc's, where it is what allocates.
extern "C" int mallctl(const char*, void*, std::size_t*, void*, std::size_t) __attribute__((weak));

namespace agenthost::plugins::validator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void run_every_node(Trial& trial) {
  for (const auto& graph : trial.graphs()) {
    for (const auto& node : graph.nodes) {
      static_cast<void>(trial.run(graph, trial.plan(graph, node, plain_state(*node.graph))));
    }
  }
}

// A thread that was joined may need a moment to leave the kernel's list.
std::vector<std::string> threads_left(std::size_t before, milliseconds patience) {
  const auto until = steady_clock::now() + patience;
  auto names = names_of_threads();
  while (names.size() > before && steady_clock::now() < until) {
    std::this_thread::sleep_for(milliseconds(1));
    names = names_of_threads();
  }
  return names;
}

// With the first thread of a process its runtime may start helpers (sanitizers do), which no plugin leaves
// behind: so one comes and goes before anybody counts.
void start_helpers(milliseconds patience) {
  const auto until = steady_clock::now() + patience;
  std::string entry;
  std::thread([&entry] { entry = "/proc/self/task/" + std::to_string(gettid()); }).join();
  while (std::filesystem::exists(entry) && steady_clock::now() < until)
    std::this_thread::sleep_for(milliseconds(1));
}

std::size_t bytes_in_use() {
  if (mallctl == nullptr) return mallinfo2().uordblks;
  std::uint64_t epoch = 1;
  std::size_t size = sizeof(epoch);
  std::size_t allocated = 0;
  // The statistics are those of the last epoch, so a new one begins.
  if (mallctl("epoch", &epoch, &size, &epoch, size) != 0) return 0;
  size = sizeof(allocated);
  return mallctl("stats.allocated", &allocated, &size, nullptr, 0) == 0 ? allocated : 0;
}

// Until enough rounds or enough time.
unsigned run_rounds(Trial& trial, unsigned rounds, milliseconds budget) {
  const auto until = steady_clock::now() + budget;
  unsigned done = 0;
  while (done < rounds && (done == 0 || steady_clock::now() < until)) {
    run_every_node(trial);
    trial.host().forget();
    ++done;
  }
  return done;
}

}  // namespace

void check_stop(const Subject& subject, Witness& witness) {
  Trial trial(subject, witness);
  if (!trial.load()) return;
  start_helpers(subject.patience.grace);
  const auto threads = names_of_threads().size();
  const auto files = open_files();
  if (!trial.enter() || !trial.make_graphs()) return;
  run_every_node(trial);
  trial.close();
  const auto left = threads_left(threads, subject.patience.grace);
  if (left.size() > threads) {
    witness.error("leaves " + std::to_string(left.size() - threads) + " thread(s) running after stop (" +
                  left.back() + "); stop() must join every one");
  }
  for (const auto& [descriptor, target] : open_files()) {
    if (files.count(descriptor) == 0) witness.error("leaves a file open after stop: " + target);
  }
}

void check_manners(const Subject& subject, Witness& witness) {
  const auto before = shared_facts();
  Trial trial(subject, witness);
  if (!trial.open()) return;
  run_every_node(trial);
  trial.close();
  for (const auto& [name, value] : shared_facts()) {
    const auto was = before.find(name);
    if (was == before.end() || was->second == value) continue;
    witness.error("changes " + name + ", which belongs to the whole server");
  }
}

void check_leaks(const Subject& subject, Witness& witness) {
  constexpr unsigned kRounds = 200;
  constexpr std::size_t kLeastPerRound = 16;
  constexpr milliseconds kBudget{1'000};
  Trial trial(subject, witness);
  if (!trial.open()) return;
  // First what is kept once: caches, pools, the allocator's own.
  static_cast<void>(run_rounds(trial, kRounds / 2, kBudget));
  const auto first = bytes_in_use();
  const auto rounds = run_rounds(trial, kRounds, kBudget);
  const auto second = bytes_in_use();
  static_cast<void>(run_rounds(trial, rounds, kBudget));
  const auto third = bytes_in_use();
  // Growth in both halves alike is a leak; in one of them it is a cache.
  const auto least = rounds * kLeastPerRound;
  if (second > first + least && third > second + least) {
    witness.warning("its memory grows with each run of its nodes, by about " +
                    std::to_string((third - first) / (2 * static_cast<std::size_t>(rounds))) +
                    " bytes; release what the host gave and free what a task used");
  }
  trial.close();
}

}  // namespace agenthost::plugins::validator
