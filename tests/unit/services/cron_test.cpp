// Crons by a clock that the test sets: nothing waits for a minute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/time_zone.hpp"
#include "host/models/cron_request.hpp"
#include "host/services/cron_service.hpp"
#include "tests/support/run_house.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::services {
namespace {

using models::CronKind;
using test::RunHouse;
using test::Tasks;
using testing::HasSubstr;

class FakeClock final : public AlarmClock {
 public:
  explicit FakeClock(std::string_view start) : now_(parse_time(start).value()) {}
  Micros now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void set(Micros when, Job job) override {
    {
      const std::lock_guard lock(mutex_);
      when_ = when;
      job_ = std::move(job);
      wake_.notify_all();
      if (*when_ > now_) return;
    }
    ring();
  }
  // Sets the clock; the alarm goes off when it is due.
  void go_to(std::string_view time) {
    {
      const std::lock_guard lock(mutex_);
      now_ = parse_time(time).value();
    }
    ring();
  }
  // Waits until the alarm is set to that time.
  bool is_set_to(std::string_view time) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, std::chrono::seconds(20), [&] { return when_ == parse_time(time); });
  }

 private:
  void ring() {
    Job due;
    {
      const std::lock_guard lock(mutex_);
      if (!when_ || *when_ > now_) return;
      when_.reset();
      due.swap(job_);
    }
    due();
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_
  Micros now_;
  std::optional<Micros> when_;
  Job job_;
};

// The services, and crons on them.
struct CronHouse {
  CronHouse(Tasks& tasks, FakeClock& time, const std::filesystem::path& file = {},
            SchedulerLimits limits = {})
      : clock(time), house(tasks, file, limits) {
    EXPECT_TRUE(house.runs.recover());
    scheduler.look_soon();
  }
  ~CronHouse() {
    scheduler.stop();
    house.storage->close();
  }

  Result<models::Cron> create(const std::string& members, std::optional<std::string> thread_id = {}) {
    auto cron = models::CronRequest::create(
        *parse_json(R"({"assistant_id":"g","input":{"foo":["in"]},)" + members + "}"),
        thread_id ? CronKind::kOnThread : CronKind::kStateless);
    if (!cron) return cron;
    cron->thread_id = std::move(thread_id);
    std::promise<Result<models::Cron>> made;
    crons.create(*cron, [&](auto result) { made.set_value(std::move(result)); });
    return made.get_future().get();
  }
  Result<models::Cron> update(const std::string& id, const std::string& patch) {
    std::promise<Result<models::Cron>> changed;
    const auto body = parse_json(patch);
    crons.update(id, *body, [&](auto result) { changed.set_value(std::move(result)); });
    return changed.get_future().get();
  }
  std::vector<models::Run> runs_on(const std::string& thread_id) {
    return house.storage->runs(thread_id, {}, {})->rows;
  }

  FakeClock& clock;
  RunHouse house;
  CronScheduler scheduler{*house.storage, house.runs, clock, house.logger};
  CronService crons{*house.storage, house.assistants, house.runs, scheduler};
};

class CronTest : public testing::Test {
 protected:
  // Ends the n-th task, which a run of a cron was given.
  void finish(std::size_t index) { tasks_.at(index).sink->done(runtime::NodeUpdate{}); }
  std::string thread_of(std::size_t index) {
    const auto config = parse_json(*tasks_.at(index).call.config);
    return std::string(string_member(*config, "thread_id"));
  }

  Tasks tasks_;
  FakeClock clock_{"2026-01-01T08:00:30Z"};
};

TEST_F(CronTest, MakesARunAtEachTickWithItsMetadata) {
  CronHouse house(tasks_, clock_);
  const auto thread = house.house.thread();
  const auto cron = house.create(R"("schedule":"0 9 * * *","metadata":{"m":1})", thread);
  ASSERT_TRUE(cron) << cron.error().text;
  EXPECT_EQ(cron->next_run, parse_time("2026-01-01T09:00:00Z"));
  ASSERT_TRUE(clock_.is_set_to("2026-01-01T09:00:00Z"));
  clock_.go_to("2026-01-01T08:59:59Z");
  EXPECT_EQ(tasks_.count(), 0u);
  clock_.go_to("2026-01-01T09:00:00Z");
  (void)tasks_.at(0);
  ASSERT_TRUE(clock_.is_set_to("2026-01-02T09:00:00Z"));
  const auto runs = house.runs_on(thread);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_THAT(runs[0].metadata, HasSubstr("\"cron_id\":\"" + cron->cron_id + "\""));
  EXPECT_THAT(runs[0].metadata, HasSubstr("\"m\":1"));
  EXPECT_THAT(runs[0].kwargs, HasSubstr(R"("input":{"foo":["in"]})"));
  EXPECT_EQ(house.crons.get(cron->cron_id)->next_run, parse_time("2026-01-02T09:00:00Z"));
  clock_.go_to("2026-01-02T09:00:00Z");
  ASSERT_TRUE(clock_.is_set_to("2026-01-03T09:00:00Z"));
  EXPECT_EQ(house.runs_on(thread).size(), 2u) << "enqueued behind the first";
}

TEST_F(CronTest, TheThreadOfAStatelessRunGoesOrStaysAsAsked) {
  CronHouse house(tasks_, clock_);
  ASSERT_TRUE(house.create(R"("schedule":"1 8 * * *")"));
  ASSERT_TRUE(clock_.is_set_to("2026-01-01T08:01:00Z"));
  clock_.go_to("2026-01-01T08:01:00Z");
  const auto first = thread_of(0);
  ASSERT_TRUE(clock_.is_set_to("2026-01-02T08:01:00Z"));
  EXPECT_TRUE(house.house.storage->thread(first));
  const auto run = house.house.scheduler.find(house.runs_on(first).at(0).run_id);
  auto ended = house.house.ended(run);
  finish(0);
  (void)ended.get();
  EXPECT_FALSE(house.house.storage->thread(first)) << "deleted with the run";

  ASSERT_TRUE(house.create(R"("schedule":"2 8 * * *","on_run_completed":"keep")"));
  ASSERT_TRUE(clock_.is_set_to("2026-01-01T08:02:00Z"));
  clock_.go_to("2026-01-01T08:02:00Z");
  const auto second = thread_of(1);
  ASSERT_TRUE(clock_.is_set_to("2026-01-02T08:01:00Z"));
  auto kept = house.house.ended(house.house.scheduler.find(house.runs_on(second).at(0).run_id));
  finish(1);
  (void)kept.get();
  EXPECT_TRUE(house.house.storage->thread(second));
}

TEST_F(CronTest, AMissedTickIsMadeUpForOnceAfterARestartAndNeverTwice) {
  const storage::TemporaryFolder folder;
  std::string thread;
  {
    CronHouse house(tasks_, clock_, folder.file());
    thread = house.house.thread();
    ASSERT_TRUE(house.create(R"("schedule":"* * * * *")", thread));
    ASSERT_TRUE(clock_.is_set_to("2026-01-01T08:01:00Z"));
    clock_.go_to("2026-01-01T08:01:00Z");
    (void)tasks_.at(0);
    ASSERT_TRUE(clock_.is_set_to("2026-01-01T08:02:00Z"));
  }
  FakeClock later("2026-01-01T12:34:56Z");
  {
    CronHouse house(tasks_, later, folder.file());
    ASSERT_TRUE(later.is_set_to("2026-01-01T12:35:00Z"));
    EXPECT_EQ(house.runs_on(thread).size(), 2u) << "one for all that were missed";
  }
  FakeClock same("2026-01-01T12:34:57Z");
  CronHouse house(tasks_, same, folder.file());
  ASSERT_TRUE(same.is_set_to("2026-01-01T12:35:00Z"));
  EXPECT_EQ(house.runs_on(thread).size(), 2u) << "the tick was not taken again";
}

TEST_F(CronTest, APausedOneWaitsAndAResumedOneGoesOnFromNow) {
  CronHouse house(tasks_, clock_);
  const auto cron = house.create(R"("schedule":"0 9 * * *","timezone":"Europe/Berlin")");
  ASSERT_TRUE(cron);
  EXPECT_EQ(cron->next_run, parse_time("2026-01-02T08:00:00Z"));
  const auto paused = house.update(cron->cron_id, R"({"enabled":false})");
  ASSERT_TRUE(paused) << paused.error().text;
  EXPECT_EQ(paused->next_run, std::nullopt);
  clock_.go_to("2026-01-05T08:30:00Z");
  const auto resumed = house.update(cron->cron_id, R"({"enabled":true,"metadata":{"n":1}})");
  EXPECT_EQ(resumed->next_run, parse_time("2026-01-06T08:00:00Z"));
  ASSERT_TRUE(clock_.is_set_to("2026-01-06T08:00:00Z"));
  const auto ended = house.update(cron->cron_id, R"({"end_time":"2026-01-06T00:00:00"})");
  EXPECT_EQ(ended->next_run, std::nullopt);
  const auto open = house.update(cron->cron_id, R"({"end_time":null,"schedule":"0 10 * * *"})");
  EXPECT_EQ(open->next_run, parse_time("2026-01-05T09:00:00Z"));
  EXPECT_EQ(tasks_.count(), 0u);
}

TEST_F(CronTest, ARefusedRunCostsItsTickAndNoMore) {
  CronHouse house(tasks_, clock_);
  const auto thread = house.house.thread();
  ASSERT_TRUE(house.house.create(thread, test::ask()));
  (void)tasks_.at(0);
  const auto cron = house.create(R"("schedule":"0 9 * * *","multitask_strategy":"reject")", thread);
  ASSERT_TRUE(clock_.is_set_to("2026-01-01T09:00:00Z"));
  clock_.go_to("2026-01-01T09:00:00Z");
  ASSERT_TRUE(clock_.is_set_to("2026-01-02T09:00:00Z"));
  EXPECT_EQ(house.runs_on(thread).size(), 1u);
}

TEST_F(CronTest, ARunThatFindsNoRoomIsTriedAgainSoon) {
  SchedulerLimits limits;
  limits.max_runs_in_flight = 1;
  CronHouse house(tasks_, clock_, {}, limits);
  const auto busy = house.house.create(house.house.thread(), test::ask());
  (void)tasks_.at(0);
  const auto thread = house.house.thread();
  ASSERT_TRUE(house.create(R"("schedule":"0 9 * * *")", thread));
  ASSERT_TRUE(clock_.is_set_to("2026-01-01T09:00:00Z"));
  clock_.go_to("2026-01-01T09:00:00Z");
  ASSERT_TRUE(clock_.is_set_to("2026-01-01T09:00:10Z"));
  auto ended = house.house.ended(*busy);
  finish(0);
  (void)ended.get();
  clock_.go_to("2026-01-01T09:00:10Z");
  ASSERT_TRUE(clock_.is_set_to("2026-01-02T09:00:00Z"));
  EXPECT_EQ(house.runs_on(thread).size(), 1u);
}

TEST_F(CronTest, RefusesWhatItsRunsWouldBeRefusedFor) {
  CronHouse house(tasks_, clock_);
  EXPECT_EQ(house.create(R"("schedule":"* * * * *")", new_uuid7()).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(house.create(R"("schedule":"* * * * *","webhook":"https://example.org")").error().text,
              HasSubstr("webhook"));
  auto cron = models::CronRequest::create(*parse_json(R"({"assistant_id":"nobody","schedule":"* * * * *"})"),
                                          CronKind::kStateless);
  std::promise<ErrorCode> refused;
  house.crons.create(*cron, [&](const auto& made) { refused.set_value(made.error().code); });
  EXPECT_EQ(refused.get_future().get(), ErrorCode::kNotFound);
}

TEST(SystemAlarm, RingsOnceForTheLastTimeItWasSet) {
  ThreadPool pool("test", 1);
  Timers timers(pool);
  std::promise<void> rung;
  {
    SystemAlarmClock clock(timers);
    clock.set(clock.now() + 3'600'000'000, [] { FAIL() << "was set anew"; });
    clock.set(clock.now() - 1, [&] { rung.set_value(); });
    rung.get_future().get();
    clock.set(clock.now() + 3'600'000'000, [] { FAIL() << "went with its clock"; });
  }
  timers.stop();
  pool.stop();
}

}  // namespace
}  // namespace agenthost::services
