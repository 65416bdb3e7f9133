// Random interleavings of everything a client can do to one thread, against the real services: whatever the
// order, one run is active at a time, every run ends, no reader loses an event or sees one twice, an
// acknowledged update of the state stays, and the status of the thread and of its copies agrees with what
// storage has. The seed is in the failure's text.

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
    executor.on_cancel = [](auto, auto&) {};
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

// What the services acknowledged, from whatever thread they did. Thread-safe.
class Acknowledged {
 public:
  void add(std::string id) {
    const std::lock_guard lock(mutex_);
    ids_.push_back(std::move(id));
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::vector<std::string> ids_;
};

// What both the clients' threads and those of the services write to.
struct Ledger {
  Acknowledged updates;  // the checkpoints they made
  Acknowledged copies;   // threads
  std::atomic<int> unanswered{0};
  std::atomic<int> steps{0};          // of all clients together
  std::atomic<bool> deleting{false};  // the thread, in the midst of it all

  [[nodiscard]] bool settled(std::chrono::seconds within) const {
    const auto deadline = std::chrono::steady_clock::now() + within;
    while (unanswered > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return unanswered == 0;
  }
};

class Client {
 public:
  Client(RunHouse& house, std::string thread, unsigned seed, Ledger& ledger)
      : house_(house), thread_(std::move(thread)), random_(seed), ledger_(ledger) {}

  void run() {
    for (int i = 0; i < kStepsPerClient; ++i) step();
  }
  [[nodiscard]] const std::vector<Created>& created() const { return created_; }

 private:
  int roll(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void step() {
    ++ledger_.steps;
    const auto choice = roll(14);
    if (choice < 6) return create();
    if (choice < 8) return update();
    if (choice < 9) return copy();
    if (created_.empty()) return;
    const auto& one = created_[static_cast<std::size_t>(roll(static_cast<int>(created_.size())))];
    const auto& run_id = one.run->row.run_id;
    if (choice < 12) {
      const auto action = roll(2) == 0 ? CancelAction::kInterrupt : CancelAction::kRollback;
      house_.runs.cancel(thread_, run_id, {action, RunService::CancelWait::kNo}, [](const auto&) {});
    } else if (choice < 13) {
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
    if (!run) return refused(run.error());
    Created one{*run, std::make_shared<Watcher>(), house_.ended(*run).share()};
    one.watcher->watch((*run)->events);
    created_.push_back(std::move(one));
  }

  // Somebody was first, no run has said yet which graph it is, or the thread is gone.
  void refused(const Error& why) const {
    const bool gone = ledger_.deleting && why.code == ErrorCode::kNotFound;
    EXPECT_TRUE(why.code == ErrorCode::kConflict || why.kind == "NoGraphError" || gone) << why.text;
  }

  void update() {
    runtime::StateWrite write;
    write.values = make_blob(R"({"foo":"updated"})");
    write.as_node = "work";
    ++ledger_.unanswered;
    house_.states.update(thread_, {}, {{std::move(write)}}, [this](const Result<models::Checkpoint>& made) {
      made ? ledger_.updates.add(made->checkpoint_id) : refused(made.error());
      --ledger_.unanswered;
    });
  }

  void copy() {
    ++ledger_.unanswered;
    house_.threads.copy(thread_, [this](const Result<ThreadView>& made) {
      made ? ledger_.copies.add(made->thread.thread_id) : refused(made.error());
      --ledger_.unanswered;
    });
  }

  RunHouse& house_;
  const std::string thread_;
  std::mt19937 random_;
  Ledger& ledger_;
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

// What a thread at rest says of itself is what its newest checkpoint says.
void check_rest(RunHouse& house, const std::string& thread) {
  const auto row = house.storage->thread(thread);
  const auto latest = house.storage->latest_checkpoint(thread, "");
  const auto waiting = *latest ? interrupts_by_task_json(**latest) : "{}";
  EXPECT_NE(row->status, ThreadStatus::kBusy);
  EXPECT_EQ(row->interrupts, waiting);
  EXPECT_TRUE(row->status != ThreadStatus::kInterrupted || waiting != "{}");
  EXPECT_TRUE(row->status != ThreadStatus::kError || row->error != "null");
}

void check_thread(RunHouse& house, const std::string& thread) {
  house.settle();
  const auto runs = house.runs.list(thread, std::nullopt, {1'000, 0});
  ASSERT_TRUE(runs);
  for (const auto& run : runs->rows) EXPECT_FALSE(is_active(run.status)) << run.run_id;
  check_rest(house, thread);
}

class Interleavings : public testing::TestWithParam<unsigned> {
 protected:
  Interleavings() { nodes_.run(house_); }

  // Plays all clients' parts, and that of the test in a thread of its own beside them.
  void play(const std::function<void()>& meanwhile = [] {}) {
    clients_.reserve(kClients);
    for (unsigned i = 0; i < kClients; ++i) clients_.emplace_back(house_, thread_, seed_ + i, ledger_);
    std::vector<std::thread> threads;
    for (auto& client : clients_) threads.emplace_back([&client] { client.run(); });
    meanwhile();
    for (auto& one : threads) one.join();
    for (const auto& client : clients_) {
      for (const auto& one : client.created()) ASSERT_NO_FATAL_FAILURE(check_run(one));
    }
    ASSERT_TRUE(ledger_.settled(std::chrono::seconds(20))) << "an update or a copy was never answered";
  }

  const unsigned seed_ = GetParam() != 0 ? GetParam() : std::random_device{}();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
  Tasks unused_;
  Nodes nodes_{seed_};
  // What the services may still call when the house comes down.
  Ledger ledger_;
  std::vector<Client> clients_;
  RunHouse house_{unused_};
  const std::string thread_ = house_.thread();
};

TEST_P(Interleavings, KeepTheInvariants) {
  ASSERT_NO_FATAL_FAILURE(play());
  check_thread(house_, thread_);
  for (const auto& made : ledger_.updates.all())
    EXPECT_TRUE(house_.storage->checkpoint(thread_, "", made)) << made;
  for (const auto& copy : ledger_.copies.all()) check_rest(house_, copy);
}

TEST_P(Interleavings, EndWithTheThreadWhenItIsDeleted) {
  std::promise<bool> deleted;
  ASSERT_NO_FATAL_FAILURE(play([&] {
    while (ledger_.steps < kClients * kStepsPerClient / 4) std::this_thread::yield();
    ledger_.deleting = true;
    house_.threads.remove(thread_, [&](const auto& removed) { deleted.set_value(removed.has_value()); });
  }));
  EXPECT_TRUE(deleted.get_future().get());
  house_.settle();
  EXPECT_EQ(house_.storage->thread(thread_).error().code, ErrorCode::kNotFound);
  for (const auto& client : clients_) {
    for (const auto& one : client.created()) EXPECT_FALSE(house_.storage->run(thread_, one.run->row.run_id));
  }
  for (const auto& copy : ledger_.copies.all()) check_rest(house_, copy);
}

// The last one is different each time.
INSTANTIATE_TEST_SUITE_P(Seeds, Interleavings, testing::Values(1U, 2U, 3U, 5U, 8U, 13U, 21U, 0U));

}  // namespace
}  // namespace agenthost::services
