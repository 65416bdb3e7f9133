#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_house.hpp"

namespace agenthost::services {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::ask;
using test::ask_with;
using test::RunHouse;
using test::RunRequest;
using test::RunStatus;
using test::Tasks;
using test::ThreadStatus;
using testing::HasSubstr;

RunRequest ask_after(std::chrono::microseconds pause, std::string input = R"({"foo":["late"]})") {
  auto request = ask(std::move(input));
  request.after = pause;
  return request;
}

std::vector<ActiveRunPtr> create_batch(RunHouse& house, std::vector<RunRequest> requests,
                                       std::optional<Error>& refused) {
  std::promise<Result<std::vector<ActiveRunPtr>>> created;
  house.runs.create_batch(std::move(requests), [&](auto runs) { created.set_value(std::move(runs)); });
  auto runs = created.get_future().get();
  if (runs) return *runs;
  refused = runs.error();
  return {};
}

void cancel(RunHouse& house, const ActiveRunPtr& run, const RunService::Cancellation& how) {
  std::promise<bool> replied;
  house.runs.cancel(run->row.thread_id, run->row.run_id, how,
                    [&](const auto& done) { replied.set_value(done.has_value()); });
  EXPECT_TRUE(replied.get_future().get());
}

const RunService::Cancellation kInterruptAndWait{CancelAction::kInterrupt,
                                                 RunService::CancelWait::kUntilEnded};

class RunControlTest : public testing::Test {
 protected:
  Tasks tasks_;
};

// ---- after_seconds ----

TEST_F(RunControlTest, ADelayedRunWaitsPendingAndStartsAtItsMoment) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto before = std::chrono::steady_clock::now();
  const auto run = house.create(thread, ask_after(milliseconds(120)));
  ASSERT_TRUE(run) << run.error().text;
  EXPECT_EQ(house.status(*run), RunStatus::kPending);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kBusy);
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().status, RunStatus::kSuccess);
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(119));
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
}

TEST_F(RunControlTest, OthersPassARunWhoseMomentHasNotCome) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto late = house.create(thread, ask_after(hours(1)));
  const auto now = house.create(thread, ask());
  ASSERT_TRUE(now);
  auto ended = house.ended(*now);
  tasks_.at(0).sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().values, R"({"foo":["in"]})");
  EXPECT_EQ(house.status(*late), RunStatus::kPending);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kBusy) << "the late one is still to come";
}

TEST_F(RunControlTest, ADelayedRunWhoseMomentComesWaitsForTheRunningOne) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto running = house.create(thread, ask());
  const auto late = house.create(thread, ask_after(milliseconds(1)));
  const auto last = house.create(thread, ask_after(milliseconds(2), R"({"foo":["last"]})"));
  (void)tasks_.at(0);
  auto ended = house.ended(*last);
  tasks_.at(0).sink->done(test::wrote("{}"));
  tasks_.at(1).sink->done(test::wrote("{}"));
  tasks_.at(2).sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().values, R"({"foo":["in","late","last"]})");
}

TEST_F(RunControlTest, ADelayedRunCanBeCancelledAndTheThreadRestsAgain) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto late = house.create(thread, ask_after(hours(1)));
  auto ended = house.ended(*late);
  cancel(house, *late, kInterruptAndWait);
  EXPECT_EQ(ended.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(house.status(*late), RunStatus::kInterrupted);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
  EXPECT_EQ(tasks_.count(), 0U);
}

TEST_F(RunControlTest, ADelayedRunCountsForReject) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  ASSERT_TRUE(house.create(thread, ask_after(hours(1))));
  const auto second = house.create(thread, ask_with(models::MultitaskStrategy::kReject));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
}

TEST_F(RunControlTest, AnInterruptingRunPutsADelayedOneOutAndGoesAtOnce) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto late = house.create(thread, ask_after(hours(1)));
  auto put_out = house.ended(*late);
  const auto now = house.create(thread, ask_with(models::MultitaskStrategy::kInterrupt));
  ASSERT_TRUE(now);
  EXPECT_EQ(put_out.get().status, RunStatus::kInterrupted);
  auto ended = house.ended(*now);
  tasks_.at(0).sink->done(test::wrote("{}"));
  EXPECT_EQ(ended.get().status, RunStatus::kSuccess);
  EXPECT_EQ(house.thread_status(thread), ThreadStatus::kIdle);
}

TEST_F(RunControlTest, ADelayedRunKeepsItsMomentOverARestart) {
  const auto folder = std::filesystem::temp_directory_path() / ("agenthost-delay-" + new_uuid7());
  std::filesystem::create_directory(folder);
  std::string thread;
  {
    RunHouse house(tasks_, folder / "db");
    thread = house.thread();
    ASSERT_TRUE(house.create(thread, ask_after(milliseconds(300))));
    ASSERT_TRUE(house.create(thread, ask_after(hours(1))));
  }
  {
    Tasks after;
    RunHouse house(after, folder / "db");
    ASSERT_TRUE(house.runs.recover());
    EXPECT_EQ(after.at(0).call.attempt, 1U);
    EXPECT_EQ(*after.at(0).call.state, R"({"foo":["late"]})");
    house.settle();
    EXPECT_EQ(house.runs.list(thread, RunStatus::kPending, {})->total, 1);
  }
  EXPECT_EQ(tasks_.count(), 0U);
  std::filesystem::remove_all(folder);
}

// ---- Cancelling ----

TEST_F(RunControlTest, CancelThatTookTheInputSaysSoOnTheRun) {
  RunHouse house(tasks_);
  const auto run = house.create(house.thread(), ask());
  (void)tasks_.at(0);
  auto how = kInterruptAndWait;
  how.reason = "taken:steering";
  cancel(house, *run, how);
  const auto row = house.storage->run((*run)->row.run_id);
  EXPECT_EQ(row->cancel_reason, "taken:steering");
  EXPECT_THAT(to_json(*row), HasSubstr(R"("cancel_reason":"taken:steering")"));
}

TEST_F(RunControlTest, ManyRunsOfAThreadAreCancelledByTheirIds) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto first = house.create(thread, ask());
  const auto second = house.create(thread, ask());
  (void)tasks_.at(0);
  auto first_ended = house.ended(*first);
  auto second_ended = house.ended(*second);
  EXPECT_EQ(house.runs.cancel_these(thread, {(*first)->row.run_id, (*second)->row.run_id, new_uuid7()},
                                    CancelAction::kInterrupt),
            2U);
  EXPECT_EQ(first_ended.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(second_ended.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(house.runs.cancel_these(house.thread(), {(*first)->row.run_id}, CancelAction::kInterrupt), 0U)
      << "a run of another thread is not found";
}

TEST_F(RunControlTest, RunsAreCancelledByWhatTheyDo) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto running = house.create(thread, ask());
  const auto pending = house.create(thread, ask());
  (void)tasks_.at(0);
  auto put_out = house.ended(*pending);
  EXPECT_EQ(house.runs.cancel_all(RunScheduler::Which::kPending, CancelAction::kInterrupt), 1U);
  EXPECT_EQ(put_out.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(house.status(*running), RunStatus::kRunning);
  auto ended = house.ended(*running);
  EXPECT_EQ(house.runs.cancel_all(RunScheduler::Which::kAll, CancelAction::kInterrupt), 1U);
  EXPECT_EQ(ended.get().status, RunStatus::kInterrupted);
  EXPECT_EQ(house.runs.cancel_all(RunScheduler::Which::kAll, CancelAction::kInterrupt), 0U);
}

TEST_F(RunControlTest, OnlyTheThreadOfARunCanDeleteItAndNotWhileItIsActive) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, ask());
  const auto remove = [&](const std::string& from) {
    std::promise<ErrorCode> code;
    house.runs.remove(from, (*run)->row.run_id,
                      [&](const auto& done) { code.set_value(done ? ErrorCode{} : done.error().code); });
    return code.get_future().get();
  };
  EXPECT_EQ(remove(thread), ErrorCode::kConflict);
  EXPECT_EQ(remove(house.thread()), ErrorCode::kNotFound);
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote("{}"));
  (void)ended.get();
  EXPECT_EQ(remove(thread), ErrorCode{});
}

// ---- Batches and stateless runs ----

TEST_F(RunControlTest, ABatchStartsEveryRunOnAThreadOfItsOwn) {
  RunHouse house(tasks_);
  std::optional<Error> refused;
  const auto runs = create_batch(house, {ask(), ask(), ask()}, refused);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_NE(runs[0]->row.thread_id, runs[1]->row.thread_id);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto ended = house.ended(runs[i]);
    tasks_.at(i).sink->done(test::wrote("{}"));
  }
  for (const auto& run : runs) EXPECT_EQ(house.ended(run).get().values, R"({"foo":["in"]})");
  EXPECT_EQ(house.storage->counts()->threads, 0) << "the threads went with their runs";
}

TEST_F(RunControlTest, ABatchWithOneBadRunStartsNone) {
  RunHouse house(tasks_);
  auto bad = ask();
  bad.assistant_id = "nobody";
  std::optional<Error> refused;
  EXPECT_TRUE(create_batch(house, {ask(), bad}, refused).empty());
  EXPECT_EQ(refused->code, ErrorCode::kNotFound);
  EXPECT_EQ(house.scheduler.in_flight(), 0U);
}

TEST_F(RunControlTest, ABatchThatDoesNotFitLeavesNothing) {
  SchedulerLimits limits;
  limits.max_runs_in_flight = 1;
  RunHouse house(tasks_, {}, limits);
  std::optional<Error> refused;
  EXPECT_TRUE(create_batch(house, {ask_after(hours(1)), ask_after(hours(1))}, refused).empty());
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::kExhausted);
  house.settle();
  EXPECT_EQ(house.storage->counts()->runs, 0);
  EXPECT_EQ(house.storage->counts()->threads, 0);
}

TEST_F(RunControlTest, AStatelessRunCanBeJoinedAfterItIsGone) {
  RunHouse house(tasks_);
  std::promise<Result<ActiveRunPtr>> created;
  house.runs.create_stateless(ask(), Delivery::kStream, [&](auto run) { created.set_value(std::move(run)); });
  const auto run = created.get_future().get();
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote(R"({"foo":"out"})"));
  (void)ended.get();
  const auto stream = house.runs.stream("", (*run)->row.run_id);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_TRUE(stream->events->finished());
  std::promise<RunOutcome> joined;
  house.runs.join((*run)->row.thread_id, (*run)->row.run_id,
                  [&](const auto& outcome) { joined.set_value(*outcome); });
  EXPECT_EQ(joined.get_future().get().values, R"({"foo":["in","out"]})");
  EXPECT_FALSE(house.runs.stream("", new_uuid7()));
}

TEST_F(RunControlTest, JoiningAnOlderRunTellsItsOwnValues) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto first = house.create(thread, ask());
  tasks_.at(0).sink->done(test::wrote("{}"));
  (void)house.ended(*first).get();
  const auto second = house.create(thread, ask());
  tasks_.at(1).sink->done(test::wrote("{}"));
  (void)house.ended(*second).get();
  std::promise<RunOutcome> joined;
  house.runs.join(thread, (*first)->row.run_id, [&](const auto& outcome) { joined.set_value(*outcome); });
  EXPECT_EQ(joined.get_future().get().values, R"({"foo":["in"]})");
}

// ---- Configuration ----

TEST_F(RunControlTest, ConfigMetadataAndContextAreLaidOverEachOtherInOrder) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  auto first = ask();
  first.config = R"({"tags":["t"],"configurable":{"a":1,"b":1,"__secret":2,"checkpoint_id":"x"}})";
  const auto run = house.create(thread, first);
  EXPECT_THAT((*run)->configurable, testing::Not(HasSubstr("__secret")));
  EXPECT_EQ(house.storage->thread(thread)->config, R"({"tags":["t"],"configurable":{"a":1,"b":1}})");
  tasks_.at(0).sink->done(test::wrote("{}"));
  (void)house.ended(*run).get();
  auto second = ask();
  second.config = R"({"configurable":{"b":2}})";
  second.metadata = R"({"m":"run"})";
  std::promise<void> patched;
  storage::UpdateThread patch;
  patch.thread_id = thread;
  patch.merge_metadata = R"({"m":"thread","n":"thread"})";
  house.threads.update(std::move(patch), [&](const auto&) { patched.set_value(); });
  patched.get_future().get();
  const auto next = house.create(thread, second);
  EXPECT_THAT((*next)->configurable, HasSubstr(R"("a":1,"b":2)"));
  EXPECT_THAT((*next)->row.metadata, HasSubstr(R"("m":"run")"));
  EXPECT_THAT((*next)->row.metadata, HasSubstr(R"("n":"thread")"));
}

}  // namespace
}  // namespace agenthost::services
