// Random interleavings of everything a client can do to one thread, against the real services: whatever the
// order, one run is active at a time, every run ends, no reader loses an event or sees one twice, and the
// thread's status agrees with what storage has. The seed is in the failure's text.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "tests/support/run_house.hpp"

namespace agenthost::services {
namespace {

using models::MultitaskStrategy;
using test::ask;
using test::RunHouse;
using test::RunRequest;
using test::RunStatus;
using test::Tasks;
using test::ThreadStatus;

constexpr int kClients = 4;
constexpr int kStepsPerClient = 40;

// Ends tasks as they start, in its own time: with an update, a question or an error.
class Nodes {
 public:
  explicit Nodes(unsigned seed) : random_(seed) {}

  void run(RunHouse& house) {
    auto& executor = *std::static_pointer_cast<test::ScriptedExecutor>(house.graphs.find("g").executor);
    executor.on_cancel = [](runtime::CancelReason) {};
    executor.nodes["work"] = [this, &house](const runtime::NodeCall&,
                                            const std::shared_ptr<runtime::TaskSink>& sink) {
      EXPECT_EQ(++inside_, 1) << "two runs of one thread at a time";
      house.timers.after(std::chrono::microseconds(roll(3'000)), [this, sink] {
        --inside_;
        const auto how = roll(10);
        if (how == 0) return sink->done(Error{ErrorCode::kInternal, "kaboom"});
        if (how < 3) return sink->done(runtime::NodeInterrupted{make_blob("\"well?\"")});
        sink->done(test::wrote(R"({"foo":"x"})"));
      });
    };
  }
  unsigned roll(unsigned below) {
    const std::lock_guard lock(mutex_);
    return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
  }

 private:
  std::atomic<int> inside_{0};
  std::mutex mutex_;
  // Guarded by mutex_
  std::mt19937 random_;
};

// Reads every event of one run, in its own thread of control: the stream's.
struct Watcher {
  std::mutex mutex;
  std::vector<std::uint64_t> ids;
  bool ended = false;

  void watch(const std::shared_ptr<runtime::EventStream>& stream) {
    stream->subscribe(0, [this](const runtime::EventPtr& event) {
      const std::lock_guard lock(mutex);
      EXPECT_FALSE(ended) << "an event after the end";
      ids.push_back(event->id);
      ended = event->name == "end";
    });
  }
};

struct Created {
  ActiveRunPtr run;
  std::shared_ptr<Watcher> watcher;
  std::shared_future<RunOutcome> outcome;
};

class Client {
 public:
  Client(RunHouse& house, std::string thread, unsigned seed)
      : house_(house), thread_(std::move(thread)), random_(seed) {}

  void run() {
    for (int i = 0; i < kStepsPerClient; ++i) step();
  }
  [[nodiscard]] const std::vector<Created>& created() const { return created_; }

 private:
  int roll(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void step() {
    const auto choice = roll(10);
    if (choice < 6) return create();
    if (created_.empty()) return;
    const auto& one = created_[static_cast<std::size_t>(roll(static_cast<int>(created_.size())))];
    const auto& run_id = one.run->row.run_id;
    if (choice < 8) {
      const auto action = roll(2) == 0 ? CancelAction::kInterrupt : CancelAction::kRollback;
      house_.runs.cancel(thread_, run_id, {action, RunService::CancelWait::kNo}, [](const auto&) {});
    } else if (choice < 9) {
      house_.runs.join(thread_, run_id, [](const auto&) {});
    } else {
      house_.runs.remove(thread_, run_id, [](const auto&) {});
    }
  }

  RunRequest request() {
    auto request = ask();
    if (roll(4) == 0) request.input.reset();
    if (roll(4) == 0) request.resume = "1";
    if (roll(3) == 0) request.resumable = true;
    if (roll(4) == 0) request.after = std::chrono::microseconds(roll(4'000));
    constexpr std::array kStrategies{MultitaskStrategy::kReject, MultitaskStrategy::kEnqueue,
                                     MultitaskStrategy::kInterrupt, MultitaskStrategy::kRollback};
    request.multitask_strategy = kStrategies[static_cast<std::size_t>(roll(4))];
    return request;
  }

  void create() {
    const auto run = house_.create(thread_, request());
    if (!run) {
      EXPECT_EQ(run.error().code, ErrorCode::kConflict) << run.error().text;
      return;
    }
    Created one{*run, std::make_shared<Watcher>(), house_.ended(*run).share()};
    one.watcher->watch((*run)->events);
    created_.push_back(std::move(one));
  }

  RunHouse& house_;
  const std::string thread_;
  std::mt19937 random_;
  std::vector<Created> created_;
};

void check_run(const Created& one) {
  ASSERT_EQ(one.outcome.wait_for(std::chrono::seconds(30)), std::future_status::ready) << "a run never ended";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    const std::lock_guard lock(one.watcher->mutex);
    if (one.watcher->ended) break;
    std::this_thread::yield();
  }
  const std::lock_guard lock(one.watcher->mutex);
  ASSERT_TRUE(one.watcher->ended) << "a reader never saw the end";
  for (std::size_t i = 0; i < one.watcher->ids.size(); ++i) ASSERT_EQ(one.watcher->ids[i], i + 1);
}

void check_thread(RunHouse& house, const std::string& thread) {
  house.settle();
  const auto runs = house.runs.list(thread, std::nullopt, {1'000, 0});
  ASSERT_TRUE(runs);
  for (const auto& run : runs->rows) EXPECT_FALSE(is_active(run.status)) << run.run_id;
  const auto row = house.storage->thread(thread);
  const auto latest = house.storage->latest_checkpoint(thread, "");
  const auto waiting = *latest ? interrupts_by_task_json(**latest) : "{}";
  EXPECT_NE(row->status, ThreadStatus::kBusy);
  EXPECT_EQ(row->interrupts, waiting);
  EXPECT_TRUE(row->status != ThreadStatus::kInterrupted || waiting != "{}");
  EXPECT_TRUE(row->status != ThreadStatus::kError || row->error != "null");
}

class Interleavings : public testing::TestWithParam<unsigned> {};

TEST_P(Interleavings, KeepTheInvariants) {
  const unsigned seed = GetParam() != 0 ? GetParam() : std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Tasks unused;
  Nodes nodes(seed);
  RunHouse house(unused);
  nodes.run(house);
  const auto thread = house.thread();
  std::vector<Client> clients;
  clients.reserve(kClients);
  for (unsigned i = 0; i < kClients; ++i) clients.emplace_back(house, thread, seed + i);
  std::vector<std::thread> threads;
  for (auto& client : clients) threads.emplace_back([&client] { client.run(); });
  for (auto& one : threads) one.join();
  for (const auto& client : clients) {
    for (const auto& one : client.created()) ASSERT_NO_FATAL_FAILURE(check_run(one));
  }
  check_thread(house, thread);
}

// The last one is different each time.
INSTANTIATE_TEST_SUITE_P(Seeds, Interleavings, testing::Values(1U, 2U, 3U, 5U, 8U, 13U, 21U, 0U));

}  // namespace
}  // namespace agenthost::services
