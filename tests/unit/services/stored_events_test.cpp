#include "host/services/stored_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_house.hpp"

namespace agenthost::services {
namespace {

using test::ask;
using test::RunHouse;
using test::RunRequest;
using test::Tasks;
using testing::ElementsAre;

RunRequest resumable() {
  auto request = ask();
  request.resumable = true;
  return request;
}

// What a reader of a stream has seen; waits for the end when asked.
class Reader {
 public:
  void read(const std::shared_ptr<runtime::EventStream>& stream, std::uint64_t after) {
    stream->subscribe(after, [this](const runtime::EventPtr& event) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(event);
      wake_.notify_all();
    });
  }
  std::vector<runtime::EventPtr> until(const std::string& name) {
    std::unique_lock lock(mutex_);
    const bool there = wake_.wait_for(lock, std::chrono::seconds(20),
                                      [&] { return !seen_.empty() && seen_.back()->name == name; });
    AGENTHOST_CHECK(there, "the event did not come");
    return seen_;
  }
  std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& event : seen_) names.push_back(event->name);
    return names;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<runtime::EventPtr> seen_;
};

class StoredEventsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("agenthost-events-" + new_uuid7());
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path file() const { return folder_ / "db"; }

  std::filesystem::path folder_;
  Tasks tasks_;
};

TEST_F(StoredEventsTest, AnInterruptedStreamGoesOnBehindTheLastIdAfterARestart) {
  std::string run_id;
  std::uint64_t seen = 0;
  {
    RunHouse house(tasks_, file());
    const auto run = house.create(house.thread(), resumable());
    run_id = (*run)->row.run_id;
    (void)tasks_.at(0);
    Reader reader;
    reader.read((*run)->events, 0);
    seen = reader.until("values").back()->id;
    EXPECT_THAT(reader.names(), ElementsAre("metadata", "values"));
  }
  Tasks after;
  RunHouse house(after, file());
  ASSERT_TRUE(house.runs.recover());
  const auto stream = house.runs.stream("", run_id);
  ASSERT_TRUE(stream);
  Reader again;
  again.read(stream->events, seen);
  Reader all;
  all.read(stream->events, 0);
  after.at(0).sink->done(test::wrote(R"({"foo":"out"})"));
  const auto rest = again.until("end");
  EXPECT_THAT(again.names(), ElementsAre("metadata", "values", "values", "end"));
  EXPECT_EQ(rest.front()->id, seen + 1);
  const auto whole = all.until("end");
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(whole[i]->id, i + 1) << "no gap, no repeat";
}

TEST_F(StoredEventsTest, AFinishedRunIsReplayedAfterARestart) {
  std::string thread, run_id;
  {
    RunHouse house(tasks_, file());
    thread = house.thread();
    const auto run = house.create(thread, resumable());
    run_id = (*run)->row.run_id;
    auto ended = house.ended(*run);
    tasks_.at(0).sink->done(Error{ErrorCode::kInternal, "kaboom"});
    (void)ended.get();
    Reader reader;
    reader.read((*run)->events, 0);
    (void)reader.until("end");
  }
  Tasks none;
  RunHouse house(none, file());
  ASSERT_TRUE(house.runs.recover());
  const auto stream = house.runs.stream(thread, run_id);
  ASSERT_TRUE(stream);
  ASSERT_TRUE(stream->events);
  Reader all, rest;
  all.read(stream->events, 0);
  rest.read(stream->events, 2);
  EXPECT_THAT(all.names(), ElementsAre("metadata", "values", "error", "end"));
  EXPECT_THAT(rest.names(), ElementsAre("error", "end"));
}

TEST_F(StoredEventsTest, EventsGoWithTheirRun) {
  RunHouse house(tasks_);
  const auto thread = house.thread();
  const auto run = house.create(thread, resumable());
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote("{}"));
  (void)ended.get();
  house.settle();
  ASSERT_TRUE(house.storage->run_events((*run)->row.run_id)->has_value());
  std::promise<void> removed;
  house.runs.remove(thread, (*run)->row.run_id, [&](const auto&) { removed.set_value(); });
  removed.get_future().get();
  EXPECT_FALSE(house.storage->run_events((*run)->row.run_id)->has_value());
}

TEST_F(StoredEventsTest, EventsOfLongEndedRunsAreForgotten) {
  SchedulerLimits limits;
  limits.stored_streams = std::chrono::milliseconds(0);
  RunHouse house(tasks_, {}, limits);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto run = house.create(house.thread(), resumable());
    auto ended = house.ended(*run);
    tasks_.at(i).sink->done(test::wrote("{}"));
    (void)ended.get();
    ids.push_back((*run)->row.run_id);
  }
  house.settle();
  EXPECT_FALSE(house.storage->run_events(ids[0])->has_value());
}

TEST_F(StoredEventsTest, OnlyTheNewestEventsAreKept) {
  RunHouse house(tasks_);
  const auto run = house.create(house.thread(), resumable());
  (void)tasks_.at(0);
  const auto stream = stored_stream(*house.storage, (*run)->row.run_id, {8, 1'000'000});
  (*run)->events->record([](const auto&) {});  // this test writes in its place
  stream->go_on(100, {});
  for (int i = 0; i < 30; ++i) stream->publish("custom", std::to_string(i));
  house.settle();
  const auto kept = *house.storage->run_events((*run)->row.run_id);
  EXPECT_LE(kept->size(), 11U);
  EXPECT_EQ(kept->back().id, 130U);
}

TEST_F(StoredEventsTest, ARunThatDidNotAskForItStoresNothing) {
  RunHouse house(tasks_);
  const auto run = house.create(house.thread(), ask());
  auto ended = house.ended(*run);
  tasks_.at(0).sink->done(test::wrote("{}"));
  (void)ended.get();
  EXPECT_FALSE(house.storage->run_events((*run)->row.run_id)->has_value());
}

}  // namespace
}  // namespace agenthost::services
