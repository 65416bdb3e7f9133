#include "host/services/run_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_house.hpp"

namespace agenthost::services {
namespace {

using models::RunRequest;
using models::RunStatus;
using models::ThreadStatus;
using testing::HasSubstr;

using test::answer;
using test::ask;
using test::ask_with;
using House = test::RunHouse;
using test::Tasks;

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

TEST_F(RunServiceTest, AnAnswerToAnotherQuestionIsNotTakenForTheOneThatWaits) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  auto stopped = house.ended(*run);
  tasks_.at(0).sink->done(runtime::NodeInterrupted{make_blob("\"well?\"")});
  const auto asked = stopped.get().values;
  const auto late = house.create(thread, answer(R"({"0123456789abcdef0123456789abcdef":1})"));
  ASSERT_TRUE(late);
  auto ended = house.ended(*late);
  const auto again = tasks_.at(1);
  EXPECT_TRUE(again.call.answers.empty());
  again.sink->done(runtime::NodeInterrupted{make_blob("\"well?\"")});
  EXPECT_EQ(ended.get().values, asked);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kInterrupted);
}

// Found by the interleavings.
TEST_F(RunServiceTest, ACopyMadeWhileAQuestionIsBeingAnsweredAsksNothing) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto asks = house.create(thread, ask());
  tasks_.at(0).sink->done(runtime::NodeInterrupted{make_blob("\"well?\"")});
  house.ended(*asks).get();
  const auto answers = house.create(thread, answer("1"));
  (void)tasks_.at(1);
  std::promise<Result<ThreadView>> copied;
  house.threads.copy(thread, [&](const auto& view) { copied.set_value(view); });
  const auto copy = copied.get_future().get();
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ(copy->thread.status, ThreadStatus::kIdle);
  EXPECT_EQ(copy->thread.interrupts, "{}");
  tasks_.at(1).sink->done(test::wrote(R"({"foo":"x"})"));
  house.ended(*answers).get();
}

TEST_F(RunServiceTest, CancelStopsOnceAndTwiceIsHarmless) {
  House house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  (void)tasks_.at(0);
  auto ended = house.ended(*run);
  for (int i = 0; i < 2; ++i) {
    std::promise<bool> replied;
    house.runs.cancel(thread, (*run)->row.run_id,
                      {CancelAction::kInterrupt, RunService::CancelWait::kUntilEnded},
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

TEST_F(RunServiceTest, AThreadIsChangedWithoutAReadWhenNobodyWantsToSeeIt) {
  House house(tasks_);
  const auto thread = house.thread();
  std::promise<void> go;
  const auto held = go.get_future().share();
  for (int i = 0; i < 8; ++i) house.storage->readers().post([held] { held.wait(); });
  std::promise<bool> changed;
  house.threads.change({.thread_id = thread, .merge_metadata = R"({"a":1})"},
                       [&](const auto& done) { changed.set_value(done.has_value()); });
  EXPECT_TRUE(changed.get_future().get());
  go.set_value();
  EXPECT_EQ(house.storage->thread(thread)->metadata, R"({"a":1})");
}

}  // namespace
}  // namespace agenthost::services
