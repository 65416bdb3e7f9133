#include "host/runtime/event_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace agenthost::runtime {
namespace {

using testing::ElementsAre;

EventStream::Sink into(std::vector<std::uint64_t>& ids) {
  return [&ids](const EventPtr& event) { ids.push_back(event->id); };
}

TEST(EventStream, ALateReaderGetsWhatItMissedThenLiveEventsEachOnce) {
  EventStream stream(100, 1000);
  stream.publish("a", "1");
  stream.publish("a", "2");
  std::vector<std::uint64_t> all, rest, live;
  stream.subscribe(0, into(all));
  stream.subscribe(1, into(rest));
  stream.subscribe(std::nullopt, into(live));
  stream.publish("a", "3");
  stream.finish();
  EXPECT_THAT(all, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(rest, ElementsAre(2, 3, 4));
  EXPECT_THAT(live, ElementsAre(3, 4));
}

TEST(EventStream, KeepsOnlyTheNewestWithinItsBounds) {
  EventStream stream(2, 1000);
  for (int i = 0; i < 5; ++i) stream.publish("a", "x");
  std::vector<std::uint64_t> ids;
  stream.subscribe(0, into(ids));
  EXPECT_THAT(ids, ElementsAre(4, 5));
  EventStream bytes(100, 10);
  for (int i = 0; i < 5; ++i) bytes.publish("a", "xxxxxx");
  ids.clear();
  bytes.subscribe(0, into(ids));
  EXPECT_THAT(ids, ElementsAre(5));
}

TEST(EventStream, AFinishedStreamSaysEndToEveryoneAndTakesNothingMore) {
  EventStream stream(10, 1000);
  stream.publish("a", "1");
  stream.finish();
  stream.finish();
  stream.publish("a", "2");
  std::vector<std::uint64_t> live, all;
  stream.subscribe(std::nullopt, into(live));
  stream.subscribe(0, into(all));
  EXPECT_THAT(live, ElementsAre(2));
  EXPECT_THAT(all, ElementsAre(1, 2));
}

TEST(EventStream, AnIdItNeverGaveMeansEverything) {
  EventStream stream(10, 1000);
  stream.publish("a", "1");
  std::vector<std::uint64_t> ids;
  stream.subscribe(57, into(ids));
  stream.publish("a", "2");
  EXPECT_THAT(ids, ElementsAre(1, 2));
}

TEST(EventStream, WithARecorderReadersSeeOnlyWhatIsReleased) {
  EventStream stream(1, 1000);
  std::vector<std::uint64_t> recorded, early, late;
  stream.record(into(recorded));
  stream.subscribe(0, into(early));
  stream.publish("a", "1");
  stream.publish("a", "2");
  stream.finish();
  EXPECT_THAT(recorded, ElementsAre(1, 2, 3));
  EXPECT_THAT(early, ElementsAre());
  stream.release(2);
  EXPECT_THAT(early, ElementsAre(1, 2)) << "though the ring holds one event";
  stream.subscribe(1, into(late));
  stream.release(3);
  EXPECT_THAT(early, ElementsAre(1, 2, 3));
  EXPECT_THAT(late, ElementsAre(3)) << "what was released may leave the ring";
}

TEST(EventStream, WhatIsHeldIsShownWhenItIsLetGo) {
  EventStream stream(1, 1000);
  std::vector<std::uint64_t> early, late;
  stream.subscribe(0, into(early));
  stream.publish("a", "1");
  stream.hold();
  stream.publish("a", "2");
  stream.publish("a", "3");
  stream.subscribe(0, into(late));
  EXPECT_THAT(early, ElementsAre(1));
  EXPECT_THAT(late, ElementsAre(1));
  stream.let_go();
  stream.finish();
  EXPECT_THAT(early, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(late, ElementsAre(1, 2, 3, 4));
}

TEST(EventStream, WhatIsHeldAndRecordedWaitsForBoth) {
  EventStream stream(10, 1000);
  std::vector<std::uint64_t> recorded, seen;
  stream.record(into(recorded));
  stream.subscribe(0, into(seen));
  stream.hold();
  stream.publish("a", "1");
  stream.publish("a", "2");
  stream.release(1);
  EXPECT_THAT(recorded, ElementsAre(1, 2));
  EXPECT_THAT(seen, ElementsAre());
  stream.let_go();
  EXPECT_THAT(seen, ElementsAre(1));
  stream.release(2);
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST(EventStream, GoesOnBehindKeptEvents) {
  EventStream stream(10, 1000);
  stream.go_on(7, {{6, "a", "1", 0, {}}, {7, "a", "2", 0, {}}});
  std::vector<std::uint64_t> ids;
  stream.subscribe(6, into(ids));
  stream.publish("a", "3");
  EXPECT_THAT(ids, ElementsAre(7, 8));
  EventStream ended(10, 1000);
  ended.go_on(2, {{1, "a", "1", 0, {}}, {2, "end", "null", 0, {}}});
  EXPECT_TRUE(ended.finished());
  ended.publish("a", "late");
  ids.clear();
  ended.subscribe(0, into(ids));
  EXPECT_THAT(ids, ElementsAre(1, 2));
}

TEST(EventStream, EveryReaderSeesOneOrderWhileManyPublish) {
  EventStream stream(100'000, 10'000'000);
  std::vector<std::uint64_t> ids;
  stream.subscribe(0, into(ids));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) stream.publish("a", "1");
    });
  }
  for (auto& thread : threads) thread.join();
  stream.finish();
  ASSERT_EQ(ids.size(), 4001U);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], i + 1);
}

}  // namespace
}  // namespace agenthost::runtime
