// What a call of a node costs in a worker process: a node in C that answers at once, with about 1 kB of
// state, without a loop around it.
//
//   isolated_calls PLUGIN_FOLDER SECONDS
//
// Prints JSON: the median round trip of one call at a time; that of the same bytes between two processes that
// sleep while they wait; and how many calls a second many at a time make with four processes.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "host/plugins/isolation/frame.hpp"
#include "host/plugins/isolation/processes.hpp"
#include "tests/bench/isolation/bare_socket.hpp"

namespace {

using namespace agenthost;
using bench::median;
using Clock = std::chrono::steady_clock;

constexpr unsigned kProcesses = 4;
constexpr int kAtOnce = 64;

std::string state() {
  return R"({"messages":[{"type":"human","content":")" + std::string(960, 'x') + R"("}]})";
}

// Calls one after the other: each end starts the next, so that waking the caller is no part of the figure.
class Chain final : public runtime::TaskSink, public std::enable_shared_from_this<Chain> {
 public:
  Chain(const runtime::CatalogEntry& entry, Clock::time_point until) : entry_(entry), until_(until) {
    call_.node = &entry.graph->nodes().front();
    call_.state = make_blob(state());
    call_.config = make_blob("{}");
    call_.deadline = Clock::now() + std::chrono::hours(1);
  }

  void start() {
    began_ = Clock::now();
    const auto handle = entry_.executor->start(call_, shared_from_this());
  }
  Pressure emit(Channel, std::string) override { return Pressure::kNone; }
  void done(runtime::NodeOutcome outcome) override {
    const auto now = Clock::now();
    if (!std::holds_alternative<runtime::NodeUpdate>(outcome)) std::abort();
    times_.push_back(std::chrono::duration<double, std::micro>(now - began_).count());
    if (now < until_) {
      start();
    } else {
      over_.set_value();
    }
  }
  std::vector<double> times() {
    over_.get_future().wait();
    return std::move(times_);
  }

 private:
  const runtime::CatalogEntry entry_;
  const Clock::time_point until_;
  runtime::NodeCall call_;
  Clock::time_point began_;
  std::vector<double> times_;
  std::promise<void> over_;
};

template <class Message>
std::size_t bytes_of(const Message& message) {
  std::string frame;
  isolation::append_frame(frame, message);
  return frame.size();
}

// As many bytes as a call of the chain's and its end are.
double bare_us(Clock::duration time) {
  const auto text = state();
  isolation::Start start;
  start.node = "node";
  start.state = text;
  start.config = "{}";
  return bench::bare_round_trip_us(bytes_of(start), bytes_of(isolation::Ended{1, 0, R"({"x":1})"}), time);
}

double round_trip_us(const runtime::CatalogEntry& entry, Clock::duration time) {
  const auto chain = std::make_shared<Chain>(entry, Clock::now() + time);
  chain->start();
  return median(chain->times());
}

double calls_per_second(const runtime::CatalogEntry& entry, Clock::duration time) {
  const auto began = Clock::now();
  std::vector<std::shared_ptr<Chain>> chains;
  for (int i = 0; i < kAtOnce; ++i) chains.push_back(std::make_shared<Chain>(entry, began + time));
  for (const auto& chain : chains) chain->start();
  std::size_t calls = 0;
  for (const auto& chain : chains) calls += chain->times().size();
  return static_cast<double>(calls) / std::chrono::duration<double>(Clock::now() - began).count();
}

// A plugin in worker processes, as many as asked for.
class Isolated {
 public:
  Isolated(const std::filesystem::path& folder, unsigned processes) {
    settings::WorkerProcesses limits;
    limits.children = processes;
    processes_ = std::move(*isolation::Processes::open(timers_, limits, {}));
    const auto manifest = plugins::read_manifest(folder / plugins::kManifestFile);
    if (!manifest) std::abort();
    const plugins::HostServices services{
        logger_, {pool_, blocking_}, {}, std::size_t{1} << 20U, processes_.get()};
    auto plugin = plugins::bring_up({*manifest, folder, folder / manifest->library, "{}"},
                                    settings::Isolation::kProcess, services);
    if (!plugin) std::abort();
    plugin_ = std::move(*plugin);
  }
  ~Isolated() { static_cast<void>(plugin_->stop()); }
  Isolated(const Isolated&) = delete;
  Isolated& operator=(const Isolated&) = delete;

  [[nodiscard]] runtime::CatalogEntry entry() const { return plugin_->entries(nullptr).front(); }

 private:
  telemetry::Logger logger_{telemetry::Level::kWarn};
  ThreadPool pool_{"runtime", 1};
  ElasticPool blocking_{"blocking", 1};
  Timers timers_{pool_};
  std::unique_ptr<isolation::Processes> processes_;
  std::unique_ptr<plugins::RunningPlugin> plugin_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::filesystem::path folder(argv[1]);
  const Clock::duration time = std::chrono::seconds(std::atoi(argv[2]));
  const double bare = bare_us(time / 2);  // first, while there is no other thread
  double one = 0;
  {
    const Isolated alone(folder, 1);
    one = round_trip_us(alone.entry(), time);
  }
  const Isolated several(folder, kProcesses);
  static_cast<void>(calls_per_second(several.entry(), std::chrono::seconds(1)));  // until all of them are up
  const double many = calls_per_second(several.entry(), time);
  std::printf("{\"round_trip_us\":%.2f,\"bare_us\":%.2f,\"calls_per_s\":%.0f}\n", one, bare, many);
  return 0;
}
