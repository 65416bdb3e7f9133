// Many threads at once; meant for the tsan preset as much as for its assertions.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

class ConcurrencyTest : public StorageTest {
 protected:
  // Version n of both channels is written in one batch, so a reader must never see them differ.
  Batch step(const std::string& thread, int number) {
    char id[16];
    std::snprintf(id, sizeof id, "c%06d", number);
    const auto value = make_blob(std::to_string(number));
    auto run = make_run(thread + id, thread);
    return {InsertRun{run},
            InsertCheckpoint{make_checkpoint(id, thread, {{"a", number, value}, {"b", number, value}})},
            UpdateThread{.thread_id = thread, .merge_metadata = R"({"n":)" + std::to_string(number) + "}"}};
  }

  void read(const std::string& thread) {
    const auto latest = storage().latest_checkpoint(thread, "");
    ASSERT_TRUE(latest) << latest.error().text;
    if (*latest) {
      EXPECT_EQ(*(*latest)->channels.at(0).value, *(*latest)->channels.at(1).value);
    }
    const auto history = storage().history(thread, {});
    ASSERT_TRUE(history) << history.error().text;
    ASSERT_TRUE(storage().threads({.metadata_contains = R"({"n":1})"}, {}));
    ASSERT_TRUE(storage().runs(thread, models::RunStatus::kPending, {}));
  }
};

TEST_P(ConcurrencyTest, ReadersSeeWholeBatchesWhileWritersWrite) {
  constexpr int kThreads = 3;
  constexpr int kSteps = 40;
  std::atomic<int> writing = kThreads;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    const auto id = std::to_string(i);
    ASSERT_TRUE(commit({InsertThread{make_thread(id)}}));
    threads.emplace_back([this, id, &writing] {
      for (int number = 1; number <= kSteps; ++number) EXPECT_TRUE(commit(step(id, number)));
      --writing;
    });
    threads.emplace_back([this, id, &writing] {
      while (writing > 0) read(id);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(storage().counts()->runs, kThreads * kSteps);
}

TEST_P(ConcurrencyTest, RollbackNeverPullsValuesFromUnderAReader) {
  ASSERT_TRUE(commit({InsertThread{make_thread("t")}}));
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) read("t");
  });
  for (int number = 1; number <= 30; ++number) {
    auto batch = step("t", 1);
    std::get<InsertCheckpoint>(batch[1]).checkpoint.run_id = std::get<InsertRun>(batch[0]).run.run_id;
    EXPECT_TRUE(commit(batch));
    EXPECT_TRUE(commit({DeleteRun{"t", "tc000001", WithCheckpoints::kYes}}));
  }
  stop = true;
  reader.join();
}

TEST_P(ConcurrencyTest, CloseWhileOthersReadAndWrite) {
  ASSERT_TRUE(commit({InsertThread{make_thread("t")}}));
  std::atomic<int> answered = 0, asked = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      for (int number = 0; number < 50; ++number) {
        ++asked;
        storage().write({InsertThread{make_thread(std::to_string(i) + "-" + std::to_string(number))}},
                        [&](const Status&) { ++answered; });
        (void)storage().thread("t");
      }
    });
  }
  storage().close();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, asked) << "every callback is called once";
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ConcurrencyTest, testing::Values(Place::kMemory, Place::kFile),
                         place_name);

}  // namespace
}  // namespace agenthost::storage
