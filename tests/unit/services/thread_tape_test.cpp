#include "host/services/thread_tapes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "host/storage/sqlite/sqlite_storage.hpp"
#include "tests/support/scripted_catalog.hpp"

namespace agenthost::services {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Note {
  std::uint64_t seq = 0;
  std::string run_id;
  std::string text;
  [[nodiscard]] std::size_t bytes() const { return text.size(); }
};
using Log = ThreadLog<Note>;

void say(Log& log, const std::string& text, const std::string& run_id = "r") {
  log.append([&](std::uint64_t seq) { return Note{seq, run_id, text}; });
}

// What one reader saw.
struct Reader {
  Reader(
      Log& read_log, std::optional<std::uint64_t> since,
      Log::Wanted wanted = [](const Note&) { return true; })
      : log(read_log) {
    log.read(
        since, std::move(wanted), [this](const Log::Opening& at) { opening = at; },
        [this](const auto& note, Showing showing) {
          (showing == Showing::kReplay ? replay : live).push_back(note->text);
        });
  }
  ~Reader() { log.stop_reading(opening.reader); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Log& log;
  Log::Opening opening;
  std::vector<std::string> replay, live;
};

TEST(ThreadLog, ReadersThatOpenTogetherReplayTogether) {
  Log log(1'000, 1);
  for (const auto* text : {"a", "b", "c"}) say(log, text);
  std::vector<std::string> heard;
  std::vector<Log::Reading> readings;
  for (const std::string name : {"1", "2"}) {
    readings.push_back({0, [name](const Note& note) { return name == "2" || note.text == "c"; },
                        [&heard, name](const Log::Opening& at) {
                          heard.push_back(name + ":" + std::to_string(at.replayed));
                        },
                        [&heard, name](const auto& note, Showing) { heard.push_back(name + note->text); }});
  }
  log.read_all(std::move(readings));
  say(log, "d");
  EXPECT_THAT(heard, ElementsAre("1:1", "2:3", "2a", "2b", "1c", "2c", "2d"));
}

TEST(ThreadLog, ReplaysThenGoesOnLiveForEachReaderByItsOwnChoice) {
  Log log(1'000, 1);
  say(log, "a");
  say(log, "b");
  Reader all(log, 0);
  Reader rest(log, 1);
  Reader live(log, std::nullopt);
  Reader picky(log, 0, [](const Note& note) { return note.text != "a"; });
  say(log, "c");
  EXPECT_THAT(all.replay, ElementsAre("a", "b"));
  EXPECT_EQ(all.opening.replayed, 2U);
  EXPECT_EQ(all.opening.last_seq, 2U);
  EXPECT_THAT(all.live, ElementsAre("c"));
  EXPECT_THAT(rest.replay, ElementsAre("b"));
  EXPECT_THAT(live.replay, IsEmpty());
  EXPECT_THAT(live.live, ElementsAre("c"));
  EXPECT_THAT(picky.replay, ElementsAre("b"));
}

TEST(ThreadLog, ANumberOfAnEarlierLogHidesNothing) {
  Log log(1'000, 1);
  say(log, "a");
  EXPECT_THAT(Reader(log, 57).replay, ElementsAre("a"));
}

TEST(ThreadLog, IsBoundedAndForgetsWholeRuns) {
  Log log(3, 1);
  for (const auto* text : {"a", "b", "c", "d"}) say(log, text);
  EXPECT_THAT(Reader(log, 0).replay, ElementsAre("b", "c", "d"));
  say(log, "e", "other");
  log.forget_run("r");
  EXPECT_THAT(Reader(log, 0).replay, ElementsAre("e"));
  EXPECT_EQ(log.last_seq(), 5U);
}

TEST(ThreadLog, GivesEveryReaderEverythingInOrderWhileOthersComeAndGo) {
  constexpr int kNotes = 2'000;
  Log log(1U << 20U, 1);
  std::thread writer([&] {
    for (int i = 0; i < kNotes; ++i) say(log, std::to_string(i));
  });
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 200; ++i) {
    readers.push_back(std::make_unique<Reader>(log, 0));
    if (i % 2 == 0) log.stop_reading(readers.back()->opening.reader);
  }
  writer.join();
  for (std::size_t i = 1; i < readers.size(); i += 2) {
    auto seen = readers[i]->replay;
    seen.insert(seen.end(), readers[i]->live.begin(), readers[i]->live.end());
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(kNotes));
    for (int note = 0; note < kNotes; ++note)
      ASSERT_EQ(seen[static_cast<std::size_t>(note)], std::to_string(note));
  }
}

// ---- Tapes of a real scheduler's runs, told by hand ----

class ThreadTapesTest : public testing::Test {
 protected:
  ThreadTapesTest() {
    (void)graphs_.add(R"({"graph_id":"g","channels":[],"nodes":[{"name":"n"}],
    "edges":[["__start__","n"],["n","__end__"]]})");
  }
  ~ThreadTapesTest() override {
    timers_.stop();
    pool_.stop();
  }

  ActiveRunPtr run(const std::string& id) {
    auto made = std::make_shared<ActiveRun>();
    made->row.run_id = id;
    made->row.thread_id = "t";
    made->graph = graphs_.find("g");
    made->events = std::make_shared<runtime::EventStream>(100, 10'000);
    return made;
  }
  static void say(const ActiveRunPtr& run, const std::string& values) {
    run->events->publish({0, "values", values, runtime::only(runtime::StreamMode::kValues), ""});
  }
  void finish(const ActiveRunPtr& run) {
    tapes_.ended(run, {});
    run->events->finish();
  }
  static std::vector<std::string> ids(ThreadTape& tape) {
    std::vector<std::string> out;
    std::uint64_t reader = 0;
    tape.events().read(
        0, [](const TapeEvent&) { return true; }, [&](const auto& opening) { reader = opening.reader; },
        [&](const auto& event, Showing) { out.push_back(event->event_id); });
    tape.events().stop_reading(reader);
    return out;
  }

  ThreadPool pool_{"test", 1};
  Timers timers_{pool_};
  telemetry::Logger logger_{telemetry::Level::kOff};
  std::unique_ptr<storage::Storage> storage_ = *storage::open_sqlite({{}, 1});
  test::ScriptedCatalog graphs_;
  RunScheduler scheduler_{*storage_, pool_, timers_, logger_, {}};
  ThreadTapes tapes_{scheduler_, timers_, {1U << 20U, std::chrono::milliseconds(60'000)}};
};

TEST_F(ThreadTapesTest, RecordsEveryRunWhileSomebodyReads) {
  const auto tape = tapes_.open("t");
  tape->events().read(
      0, [](const TapeEvent&) { return true; }, [](const auto&) {}, [](const auto&, Showing) {});
  const auto first = run("r1");
  tapes_.accepted(first);
  EXPECT_TRUE(first->followed) << "so that it records every mode";
  say(first, "{}");
  finish(first);
  const auto second = run("r2");
  tapes_.accepted(second);
  say(second, "{}");
  finish(second);
  EXPECT_THAT(ids(*tape), ElementsAre("synth:r1:running", "r1:1", "synth:r1:completed", "synth:r2:running",
                                      "r2:1", "synth:r2:completed"));
}

TEST_F(ThreadTapesTest, ARunThatNobodyFollowsCostsNothing) {
  const auto one = run("r1");
  tapes_.accepted(one);
  EXPECT_FALSE(one->followed);
  finish(one);
  EXPECT_THAT(ids(*tapes_.open("t")), IsEmpty());
}

TEST_F(ThreadTapesTest, KeepsWhatAFollowedRunSaidForThoseWhoComeLate) {
  const auto one = run("r1");
  one->request.followed = true;
  tapes_.accepted(one);
  say(one, "{}");
  finish(one);
  EXPECT_EQ(ids(*tapes_.open("t")).size(), 3U);
}

TEST_F(ThreadTapesTest, ANewRunSweepsEndedOnesAwayWhenNobodyReads) {
  for (const auto* id : {"r1", "r2"}) {
    const auto one = run(id);
    one->request.followed = true;
    tapes_.accepted(one);
    finish(one);
  }
  EXPECT_THAT(ids(*tapes_.open("t")), ElementsAre("synth:r2:running", "synth:r2:completed"));
}

TEST_F(ThreadTapesTest, ForgetsEndedRunsAfterTheirTime) {
  ThreadTapes hasty(scheduler_, timers_, {1U << 20U, std::chrono::milliseconds(1)});
  const auto tape = hasty.open("t");
  const auto one = run("r1");
  hasty.accepted(one);
  hasty.ended(one, {});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!ids(*tape).empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_THAT(ids(*tape), IsEmpty());
}

TEST_F(ThreadTapesTest, ARunTakenUpAfterARestartKeepsItsNamesAndItsNumbersGrow) {
  std::vector<std::string> before;
  std::uint64_t last = 0;
  {
    const auto tape = tapes_.open("t");
    const auto one = run("r1");
    tapes_.accepted(one);
    say(one, R"({"a":1})");
    before = ids(*tape);
    last = tape->events().last_seq();
  }
  ThreadTapes restarted(scheduler_, timers_, {1U << 20U, std::chrono::milliseconds(60'000)});
  const auto again = run("r1");
  again->request.followed = true;
  again->events->go_on(1, {{1, "values", R"({"a":1})", runtime::only(runtime::StreamMode::kValues), ""}});
  restarted.taken_up(again);
  const auto tape = restarted.open("t");
  EXPECT_EQ(ids(*tape), before);
  EXPECT_GT(tape->events().last_seq(), last + 1'000);
}

TEST_F(ThreadTapesTest, ARunGivenUpAfterARestartFails) {
  models::Run lost;
  lost.run_id = "r1";
  lost.thread_id = "t";
  lost.metadata = R"({"graph_id":"g"})";
  lost.kwargs = R"({"assistant_id":"g","__protocol_stream_run":true})";
  tapes_.given_up(lost, Error{ErrorCode::kUnavailable, "lost", "RunLostError"});
  EXPECT_THAT(ids(*tapes_.open("t")), ElementsAre("synth:r1:running", "synth:r1:failed"));
}

TEST_F(ThreadTapesTest, ADeletedThreadLeavesNothing) {
  const auto tape = tapes_.open("t");
  const auto one = run("r1");
  tapes_.accepted(one);
  finish(one);
  tapes_.thread_deleted("t");
  EXPECT_THAT(ids(*tape), IsEmpty());
}

TEST_F(ThreadTapesTest, ATapeThatNobodyNeedsIsGone) {
  std::weak_ptr<ThreadTape> tape = tapes_.open("t");
  EXPECT_TRUE(tape.expired());
}

TEST_F(ThreadTapesTest, JoinedReadersGetWhatEachRunsOwnClientsAskedFor) {
  const auto tape = tapes_.open("t");
  const auto one = run("r1");
  one->request.stream_modes = {"updates"};
  tapes_.accepted(one);
  one->events->publish("metadata", R"({"run_id":"r1","attempt":1})");
  say(one, "{}");
  one->events->publish({0, "updates", R"({"n":null})", runtime::only(runtime::StreamMode::kUpdates), ""});
  finish(one);
  std::vector<std::string> seen;
  tape->joined().read(
      0, [](const JoinEvent&) { return true; }, [](const auto&) {},
      [&](const auto& event, Showing) { seen.push_back(event->name + " " + event->data); });
  EXPECT_THAT(seen, ElementsAre(R"(metadata {"run_id":"r1","attempt":1})", R"(updates {"n":null})",
                                R"(metadata {"run_id":"r1","status":"run_done"})"));
}

}  // namespace
}  // namespace agenthost::services
