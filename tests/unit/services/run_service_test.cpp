#include "host/services/run_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <future>

#include "host/services/thread_service.hpp"
#include "host/storage/sqlite/sqlite_storage.hpp"
#include "tests/support/scripted_catalog.hpp"

namespace agenthost::services {
namespace {

using models::RunRequest;
using models::RunStatus;
using models::ThreadStatus;
using testing::HasSubstr;

constexpr auto* kGraph = R"({"graph_id":"g","channels":[{"name":"foo","reducer":"append"}],
  "nodes":[{"name":"work"}],"edges":[["__start__","work"],["work","__end__"]]})";

// Hands over the tasks a node is given, so that the test decides when and how each ends.
class Tasks {
 public:
  void take(const runtime::NodeCall& call, std::shared_ptr<runtime::TaskSink> sink) {
    const std::lock_guard lock(mutex_);
    started_.push_back({call, std::move(sink)});
    wake_.notify_all();
  }
  struct Started {
    runtime::NodeCall call;
    std::shared_ptr<runtime::TaskSink> sink;
  };
  // The n-th task ever started; waits for it.
  Started at(std::size_t index) {
    std::unique_lock lock(mutex_);
    const bool there =
        wake_.wait_for(lock, std::chrono::seconds(20), [&] { return started_.size() > index; });
    AGENTHOST_CHECK(there, "the task was not started in time");
    return started_[index];
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return started_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Started> started_;
};

test::ScriptedCatalog scripted_graphs(Tasks& tasks) {
  test::ScriptedCatalog graphs;
  auto& executor = graphs.add(kGraph);
  executor.nodes["work"] = [&tasks](const auto& call, const auto& sink) { tasks.take(call, sink); };
  executor.on_cancel = [&tasks](runtime::CancelReason) {
    tasks.at(tasks.count() - 1).sink->done(Error{ErrorCode::kCancelled, "stopped"});
  };
  return graphs;
}

// The services on a real (in-memory or file) database, with scripted nodes.
struct House {
  explicit House(Tasks& tasks, const std::filesystem::path& file = {}, SchedulerLimits limits = {})
      : storage(*storage::open_sqlite({file, 2})),
        graphs(scripted_graphs(tasks)),
        scheduler(*storage, pool, timers, logger, limits) {
    std::promise<Status> installed;
    assistants.install_system_assistants([&](Status status) { installed.set_value(std::move(status)); });
    EXPECT_TRUE(installed.get_future().get());
  }
  ~House() {
    scheduler.stop();
    storage->close();
    pool.stop();
  }

  std::string thread() {
    models::Thread row;
    row.thread_id = new_uuid7();
    std::promise<bool> made;
    threads.create(row, IfExists::kRaise, [&](const auto& view) { made.set_value(view.has_value()); });
    EXPECT_TRUE(made.get_future().get());
    return row.thread_id;
  }
  Result<ActiveRunPtr> create(const std::string& thread_id, RunRequest request) {
    std::promise<Result<ActiveRunPtr>> created;
    runs.create(thread_id, std::move(request),
                [&](Result<ActiveRunPtr> run) { created.set_value(std::move(run)); });
    return created.get_future().get();
  }
  std::future<RunOutcome> ended(const ActiveRunPtr& run) {
    auto promise = std::make_shared<std::promise<RunOutcome>>();
    runs.when_ended(run, [promise](const RunOutcome& outcome) { promise->set_value(outcome); });
    return promise->get_future();
  }
  RunStatus status(const ActiveRunPtr& run) {
    return storage->run(run->row.thread_id, run->row.run_id)->status;
  }
  ThreadStatus thread_status(const std::string& id) { return storage->thread(id)->status; }

  telemetry::Logger logger{telemetry::Level::kOff};
  ThreadPool pool{"test", 2};
  Timers timers{pool};
  std::unique_ptr<storage::Storage> storage;
  test::ScriptedCatalog graphs;
  RunScheduler scheduler;
  AssistantService assistants{*storage, graphs};
  ThreadService threads{*storage, scheduler};
  RunService runs{*storage, scheduler, assistants, logger, {}, 3};
};

RunRequest ask(std::string input = R"({"foo":["in"]})") {
  RunRequest request;
  request.assistant_id = "g";
  request.input = std::move(input);
  return request;
}
RunRequest ask_with(models::MultitaskStrategy strategy) {
  auto request = ask(R"({"foo":["next"]})");
  request.multitask_strategy = strategy;
  return request;
}
RunRequest answer(std::string value) {
  RunRequest request;
  request.assistant_id = "g";
  request.resume = std::move(value);
  return request;
}

class RunServiceTest : public testing::Test {
 protected:
  Tasks tasks_;
};

TEST_F(RunServiceTest, ARunIsOnDiskBeforeAnybodyIsTold) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  ASSERT_TRUE(run) << run.error().text;
  EXPECT_EQ(house.status(*run), RunStatus::kRunning);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kBusy);
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote(R"({"foo":"out"})"));
  EXPECT_EQ(ended.get().values, R"({"foo":["in","out"]})");
  EXPECT_EQ(house.status(*run), RunStatus::kSuccess);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
  EXPECT_EQ(house.threads.get(thread)->values, R"({"foo":["in","out"]})");
}

TEST_F(RunServiceTest, UnknownAssistantThreadAndGraphAreNotFound) {
  House house(tasks_);
  auto request = ask();
  request.assistant_id = "nobody";
  EXPECT_EQ(house.create(house.thread(), request).error().code, ErrorCode::kNotFound);
  const auto missing = house.create(new_uuid7(), ask());
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text, HasSubstr("Thread with ID"));
}

TEST_F(RunServiceTest, AMissingThreadIsMadeWhenTheClientAsksForIt) {
  House house(tasks_);
  auto request = ask();
  request.if_not_exists = models::IfNotExists::kCreate;
  const auto thread = new_uuid7();
  const auto run = house.create(thread, request);
  ASSERT_TRUE(run);
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().status, RunStatus::kSuccess);
  EXPECT_TRUE(house.threads.get(thread));
}

TEST_F(RunServiceTest, EnqueuedRunsFollowEachOtherInOrder) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto first = house.create(thread, ask());
  const auto second = house.create(thread, ask_with(models::MultitaskStrategy::kEnqueue));
  ASSERT_TRUE(second);
  EXPECT_EQ(house.status(*second), RunStatus::kPending);
  auto ended = house.ended(*second);
  tasks_.at(0).sink->done(test::wrote(R"({"foo":"1"})"));
  const auto task = tasks_.at(1);
  EXPECT_EQ(*task.call.state, R"({"foo":["in","1","next"]})");
  task.sink->done(test::wrote(R"({"foo":"2"})"));
  EXPECT_EQ(ended.get().values, R"({"foo":["in","1","next","2"]})");
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
}

TEST_F(RunServiceTest, RejectRefusesASecondRun) {
  House house(tasks_);
  const auto thread = house.thread();
  ASSERT_TRUE(house.create(thread, ask()));
  const auto second = house.create(thread, ask_with(models::MultitaskStrategy::kReject));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
}

TEST_F(RunServiceTest, InterruptStopsTheRunningOneAndKeepsItsState) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto first = house.create(thread, ask());
  (void)tasks_.at(0);
  const auto second = house.create(thread, ask_with(models::MultitaskStrategy::kInterrupt));
  const auto task = tasks_.at(1);
  EXPECT_EQ(*task.call.state, R"({"foo":["in","next"]})");
  EXPECT_EQ(house.status(*first), RunStatus::kInterrupted);
  auto ended = house.ended(*second);
  task.sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().status, RunStatus::kSuccess);
}

TEST_F(RunServiceTest, RollbackRemovesTheRunningOneAndItsState) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto first = house.create(thread, ask());
  (void)tasks_.at(0);
  const auto second = house.create(thread, ask_with(models::MultitaskStrategy::kRollback));
  const auto task = tasks_.at(1);
  EXPECT_EQ(*task.call.state, R"({"foo":["next"]})");
  EXPECT_EQ(house.storage->run(thread, (*first)->row.run_id).error().code, ErrorCode::kNotFound);
  auto ended = house.ended(*second);
  task.sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().status, RunStatus::kSuccess);
}

TEST_F(RunServiceTest, OfTwoRacingAnswersOneWinsAndOneIsAConflict) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  auto stopped = house.ended(*run);
  tasks_.at(0).sink->done(runtime::NodeInterrupted{make_blob("\"well?\"")});
  EXPECT_THAT(stopped.get().values, HasSubstr("__interrupt__"));
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kInterrupted);
  const auto first = house.create(thread, answer("1"));
  const auto second = house.create(thread, answer("2"));
  ASSERT_TRUE(first);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  const auto task = tasks_.at(1);
  ASSERT_EQ(task.call.answers.size(), 1U);
  EXPECT_EQ(*task.call.answers[0], "1");
  auto ended = house.ended(*first);
  task.sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().status, RunStatus::kSuccess);
}

TEST_F(RunServiceTest, AnAnswerNobodyAskedForChangesNothing) {
  House house(tasks_);
  const auto run = house.create(house.thread(), answer("1"));
  ASSERT_TRUE(run);
  const auto outcome = house.ended(*run).get();
  EXPECT_EQ(outcome.status, RunStatus::kSuccess);
  EXPECT_EQ(outcome.values, "{}");
  EXPECT_EQ(tasks_.count(), 0U);
}

TEST_F(RunServiceTest, CancelStopsOnceAndTwiceIsHarmless) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  (void)tasks_.at(0);
  auto ended = house.ended(*run);
  for (int i = 0; i < 2; ++i) {
    std::promise<bool> replied;
    house.runs.cancel(thread, (*run)->row.run_id, CancelAction::kInterrupt,
                      RunService::CancelWait::kUntilEnded,
                      [&](const auto& done) { replied.set_value(done.has_value()); });
    EXPECT_TRUE(replied.get_future().get());
  }
  EXPECT_EQ(ended.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
}

TEST_F(RunServiceTest, AFailedNodeLeavesAThreadThatCanBeUsed) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(Error{ErrorCode::kInternal, "kaboom", "TypeError"});
  EXPECT_EQ(ended.get().error->text, "kaboom");
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kError);
  EXPECT_EQ(house.storage->run(thread, (*run)->row.run_id)->error,
            R"({"error":"TypeError","message":"kaboom"})");
  auto again = ask();
  again.input.reset();
  const auto retry = house.create(thread, again);
  auto second = house.ended(*retry);
  tasks_.at(1).sink->done(test::wrote(R"({"foo":"out"})"));
  EXPECT_EQ(second.get().values, R"({"foo":["in","out"]})");
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
}

TEST_F(RunServiceTest, DeletingABusyThreadStopsItsRunsFirst) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  const auto queued = house.create(thread, ask_with(models::MultitaskStrategy::kEnqueue));
  (void)tasks_.at(0);
  auto ended = house.ended(*queued);
  std::promise<bool> removed;
  house.threads.remove(thread, [&](const auto& done) { removed.set_value(done.has_value()); });
  EXPECT_TRUE(removed.get_future().get());
  EXPECT_EQ(ended.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(house.threads.get(thread).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(tasks_.count(), 1U);
  EXPECT_EQ(house.scheduler.in_flight(), 0U);
}

TEST_F(RunServiceTest, AStatelessRunLeavesNothingBehind) {
  House house(tasks_);
  std::promise<Result<ActiveRunPtr>> created;
  house.runs.create_stateless(ask(), Delivery::kWait, [&](auto run) { created.set_value(std::move(run)); });
  const auto run = created.get_future().get();
  ASSERT_TRUE(run);
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote(R"({"foo":"out"})"));
  EXPECT_EQ(ended.get().values, R"({"foo":["in","out"]})");
  EXPECT_EQ(house.storage->counts()->threads, 0);
  EXPECT_EQ(house.storage->counts()->runs, 0);
}

TEST_F(RunServiceTest, TooManyRunsInFlightAreRefusedAndTryingAgainHelps) {
  SchedulerLimits limits;
  limits.max_runs_in_flight = 1;
  House house(tasks_, {}, limits);
  const auto run = house.create(house.thread(), ask());
  const auto refused = house.create(house.thread(), ask());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kExhausted);
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote("{}"));
  (void)ended.get();
  EXPECT_TRUE(house.create(house.thread(), ask()));
}

class RecoveryTest : public RunServiceTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("agenthost-recovery-" + new_uuid7());
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "db"; }

  std::filesystem::path folder_;
};

TEST_F(RecoveryTest, TakesUpRunningAndPendingRunsInOrder) {
  std::string thread;
  {
    House house(tasks_, file());
    thread = house.thread();
    ASSERT_TRUE(house.create(thread, ask()));
    ASSERT_TRUE(house.create(thread, ask_with(models::MultitaskStrategy::kEnqueue)));
    (void)tasks_.at(0);
  }
  Tasks after;
  House house(after, file());
  ASSERT_TRUE(house.runs.recover());
  const auto first = after.at(0);
  EXPECT_EQ(first.call.attempt, 2U);
  EXPECT_EQ(*first.call.state, R"({"foo":["in"]})");
  first.sink->done(test::wrote(R"({"foo":"1"})"));
  const auto second = after.at(1);
  EXPECT_EQ(*second.call.state, R"({"foo":["in","1","next"]})");
  const auto runs = house.runs.list(thread, std::nullopt, {});
  ASSERT_EQ(runs->rows.size(), 2U);
  std::promise<RunOutcome> ended;
  house.runs.join(thread, runs->rows[0].run_id, [&](const auto& outcome) { ended.set_value(*outcome); });
  second.sink->done(test::wrote(R"({"foo":"2"})"));
  EXPECT_EQ(ended.get_future().get().values, R"({"foo":["in","1","next","2"]})");
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
}

TEST_F(RecoveryTest, GivesUpARunThatKeepsTakingTheServerDown) {
  std::string thread;
  {
    House house(tasks_, file());
    thread = house.thread();
    ASSERT_TRUE(house.create(thread, ask()));
    (void)tasks_.at(0);
  }
  for (int restart = 0; restart < 2; ++restart) {
    Tasks again;
    House house(again, file());
    ASSERT_TRUE(house.runs.recover());
    (void)again.at(0);
  }
  Tasks none;
  House house(none, file());
  ASSERT_TRUE(house.runs.recover());
  EXPECT_EQ(house.scheduler.in_flight(), 0U);
  std::promise<void> written;
  house.storage->write({}, [&](const Status&) { written.set_value(); });
  written.get_future().get();
  const auto runs = house.runs.list(thread, std::nullopt, {});
  EXPECT_EQ(runs->rows.at(0).status, RunStatus::kError);
  EXPECT_THAT(runs->rows.at(0).error, HasSubstr("RunLostError"));
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kError);
}

}  // namespace
}  // namespace agenthost::services
