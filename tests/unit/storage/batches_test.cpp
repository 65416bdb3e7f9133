#include <gmock/gmock.h>

#include <mutex>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;

using BatchesTest = StorageTest;

TEST_P(BatchesTest, IsAppliedWholeOrNotAtAll) {
  const auto failed = commit({InsertThread{make_thread("t")}, InsertRun{make_run("r", "t")},
                              InsertRun{make_run("r", "nowhere")}, InsertThread{make_thread("u")}});
  EXPECT_EQ(failed.error().text, "Thread with ID nowhere not found");
  const auto counts = storage().counts();
  EXPECT_EQ(counts->threads, 0);
  EXPECT_EQ(counts->runs, 0);
}

TEST_P(BatchesTest, EmptyBatchIsCommitted) {
  EXPECT_TRUE(commit({}));
}

TEST_P(BatchesTest, NeighboursOfAFailingBatchSurviveAndCallbacksKeepTheOrder) {
  std::mutex mutex;
  std::vector<std::string> order;
  const auto note = [&](std::string name) {
    return [&, name](const Status& status) {
      const std::lock_guard lock(mutex);
      order.push_back(name + (status ? " ok" : " failed"));
    };
  };
  storage().write({InsertThread{make_thread("a")}}, note("a"));
  storage().write({InsertThread{make_thread("b")}, InsertThread{make_thread("a")}}, note("b"));
  storage().write({InsertThread{make_thread("c")}}, note("c"));
  // Sees what was queued before it.
  storage().write({DeleteThread{"c"}, InsertThread{make_thread("c", 9)}}, note("d"));
  ASSERT_TRUE(commit({}));

  const std::lock_guard lock(mutex);
  EXPECT_THAT(order, ElementsAre("a ok", "b failed", "c ok", "d ok"));
  EXPECT_TRUE(storage().thread("a"));
  EXPECT_FALSE(storage().thread("b"));
  EXPECT_EQ(storage().thread("c")->created_at, 9);
}

TEST_P(BatchesTest, CommittedMeansVisibleToReaders) {
  for (int i = 0; i < 20; ++i) {
    const auto id = std::to_string(i);
    ASSERT_TRUE(commit({InsertThread{make_thread(id)}}));
    EXPECT_TRUE(storage().thread(id));
  }
}

TEST_P(BatchesTest, CloseCommitsWhatWaitsAndRefusesMore) {
  int committed = 0;
  for (int i = 0; i < 50; ++i) {
    storage().write({InsertThread{make_thread(std::to_string(i))}},
                    [&](const Status& status) { committed += !!status; });
  }
  storage().close();
  storage().close();
  EXPECT_EQ(committed, 50);
  EXPECT_EQ(commit({InsertThread{make_thread("late")}}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(storage().thread("1").error().code, ErrorCode::kUnavailable);
}

TEST_P(BatchesTest, ReadersRunJobsThatMayRead) {
  ASSERT_TRUE(commit({InsertThread{make_thread("t")}}));
  std::promise<bool> found;
  storage().readers().post([&] { found.set_value(storage().thread("t").has_value()); });
  EXPECT_TRUE(found.get_future().get());
}

TEST(Reopening, FindsEverything) {
  const TemporaryFolder folder;
  {
    const auto storage = open_or_die(folder.file());
    ASSERT_TRUE(commit(
        *storage,
        {InsertAssistant{make_assistant("a")}, InsertThread{make_thread("t")}, InsertRun{make_run("r", "t")},
         InsertCheckpoint{make_checkpoint("c", "t", {{"m", 1, make_blob("[1]")}})}}));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file().string() + "-wal")) << "a clean close folds the log in";
  const auto storage = open_or_die(folder.file());
  EXPECT_TRUE(storage->assistant("a"));
  EXPECT_EQ(storage->active_runs()->size(), 1u);
  EXPECT_EQ(values_json(**storage->latest_checkpoint("t", "")), R"({"m":[1]})");
}

TEST(Reopening, MemoryStartsEmptyAndAlone) {
  const auto one = open_or_die("");
  ASSERT_TRUE(commit(*one, {InsertThread{make_thread("t")}}));
  EXPECT_FALSE(open_or_die("")->thread("t"));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, BatchesTest, testing::Values(Place::kMemory, Place::kFile), place_name);

}  // namespace
}  // namespace agenthost::storage
