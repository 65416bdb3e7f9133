#include <gmock/gmock.h>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using models::RunStatus;
using testing::ElementsAre;
using testing::IsEmpty;

class RunsTest : public StorageTest {
 protected:
  void SetUp() override { ASSERT_TRUE(commit({InsertThread{make_thread("t")}})); }
  template <class Runs>
  static std::vector<std::string> ids(const Runs& runs) {
    std::vector<std::string> out;
    for (const auto& run : runs) out.push_back(run.run_id);
    return out;
  }
  std::string latest_values() {
    const auto latest = storage().latest_checkpoint("t", "");
    return latest && *latest ? values_json(**latest) : "none";
  }
};

models::Checkpoint checkpoint_of(const std::string& run_id, const std::string& id,
                                 std::vector<models::ChannelValue> channels) {
  auto checkpoint = make_checkpoint(id, "t", std::move(channels));
  checkpoint.run_id = run_id;
  return checkpoint;
}

TEST_P(RunsTest, GivesBackEveryMember) {
  auto run = make_run("r", "t", 4);
  run.updated_at = 5;
  run.status = RunStatus::kTimeout;
  run.metadata = R"({"m":1})";
  run.kwargs = R"({"input":{"n":1.0}})";
  run.multitask_strategy = models::MultitaskStrategy::kRollback;
  run.attempts = 2;
  run.error = R"({"error":"E","message":"m"})";
  ASSERT_TRUE(commit({InsertRun{run}}));
  const auto found = storage().run("t", "r");
  ASSERT_TRUE(found);
  EXPECT_EQ(to_json(*found), to_json(run));
  EXPECT_EQ(found->attempts, 2);
}

TEST_P(RunsTest, SaysWhatIsMissingOrTaken) {
  EXPECT_EQ(storage().run("t", "x").error().text, "Run with ID x not found");
  EXPECT_EQ(commit({InsertRun{make_run("r", "nowhere")}}).error().text, "Thread with ID nowhere not found");
  EXPECT_EQ(commit({UpdateRun{.run_id = "x"}}).error().text, "Run with ID x not found");
  EXPECT_EQ(commit({DeleteRun{"t", "x"}}).error().text, "Run with ID x not found");
  EXPECT_EQ(storage().runs("nowhere", {}, {}).error().text, "Thread with ID nowhere not found");
  ASSERT_TRUE(commit({InsertThread{make_thread("other")}, InsertRun{make_run("r", "t")}}));
  EXPECT_EQ(commit({InsertRun{make_run("r", "t")}}).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(storage().run("other", "r").error().code, ErrorCode::kNotFound)
      << "a run is found in its thread only";
  EXPECT_EQ(commit({DeleteRun{"other", "r"}}).error().code, ErrorCode::kNotFound);
}

TEST_P(RunsTest, UpdateChangesOnlyWhatItNames) {
  ASSERT_TRUE(commit({InsertRun{make_run("r", "t")}}));
  ASSERT_TRUE(commit({UpdateRun{.run_id = "r", .now = 3, .status = RunStatus::kRunning, .attempts = 1}}));
  ASSERT_TRUE(commit({UpdateRun{.run_id = "r", .now = 4, .error = R"({"error":"E"})"}}));
  const auto run = storage().run("t", "r");
  EXPECT_EQ(run->status, RunStatus::kRunning);
  EXPECT_EQ(run->attempts, 1);
  EXPECT_EQ(run->error, R"({"error":"E"})");
  EXPECT_EQ(run->updated_at, 4);
  EXPECT_EQ(run->created_at, 1);
}

TEST_P(RunsTest, ListsNewestFirstButTheQueueOldestFirst) {
  auto done = make_run("done", "t", 5);
  done.status = RunStatus::kSuccess;
  ASSERT_TRUE(commit({InsertRun{make_run("b", "t", 2)}, InsertRun{make_run("a", "t", 2)},
                      InsertRun{make_run("z", "t", 1)}, InsertRun{done}}));
  EXPECT_THAT(ids(storage().runs("t", {}, {})->rows), ElementsAre("done", "b", "a", "z"));
  EXPECT_THAT(ids(storage().runs("t", RunStatus::kPending, {})->rows), ElementsAre("z", "a", "b"));
  EXPECT_THAT(ids(storage().runs("t", RunStatus::kSuccess, {})->rows), ElementsAre("done"));
  EXPECT_THAT(ids(storage().runs("t", RunStatus::kRunning, {})->rows), IsEmpty());
  const auto page = storage().runs("t", {}, {1, 1});
  EXPECT_THAT(ids(page->rows), ElementsAre("b"));
  EXPECT_EQ(page->total, 4);
}

TEST_P(RunsTest, ActiveRunsOfAllThreadsOldestFirst) {
  auto running = make_run("running", "u", 1);
  running.status = RunStatus::kRunning;
  auto failed = make_run("failed", "t", 0);
  failed.status = RunStatus::kError;
  ASSERT_TRUE(commit({InsertThread{make_thread("u")}, InsertRun{make_run("pending", "t", 2)},
                      InsertRun{running}, InsertRun{failed}}));
  EXPECT_THAT(ids(*storage().active_runs()), ElementsAre("running", "pending"));
}

TEST_P(RunsTest, DeleteKeepsCheckpointsUnlessAsked) {
  ASSERT_TRUE(commit({InsertRun{make_run("r", "t")},
                      InsertCheckpoint{checkpoint_of("r", "c", {{"m", 1, make_blob("1")}})}}));
  ASSERT_TRUE(commit({DeleteRun{"t", "r"}}));
  EXPECT_FALSE(storage().run("t", "r"));
  EXPECT_EQ(latest_values(), R"({"m":1})");
}

TEST_P(RunsTest, RollbackRemovesTheRunsValuesAndNoOthers) {
  auto ns = checkpoint_of("r2", "c2", {{"m", 2, make_blob("\"sub\"")}});
  ns.checkpoint_ns = "child:1";
  ASSERT_TRUE(commit(
      {InsertRun{make_run("r1", "t")}, InsertRun{make_run("r2", "t")},
       InsertCheckpoint{checkpoint_of("r1", "c1", {{"m", 1, make_blob("1")}, {"k", 1, make_blob("9")}})},
       InsertCheckpoint{checkpoint_of("r2", "c2", {{"m", 2, make_blob("2")}, {"k", 1, make_blob("9")}})},
       InsertCheckpoint{ns}}));
  ASSERT_TRUE(commit({DeleteRun{"t", "r2", WithCheckpoints::kYes}}));
  EXPECT_EQ(latest_values(), R"({"m":1,"k":9})") << "the shared value stays";
  EXPECT_EQ(*storage().latest_checkpoint("t", "child:1"), std::nullopt);
  // The version may be used again and must not bring the old value back.
  ASSERT_TRUE(commit({InsertRun{make_run("r3", "t")},
                      InsertCheckpoint{checkpoint_of("r3", "c3", {{"m", 2, make_blob("\"new\"")}})}}));
  EXPECT_EQ(latest_values(), R"({"m":"new"})");
}

TEST_P(RunsTest, ACheckpointOfARunThatIsNotThereIsRefused) {
  const auto refused = commit({InsertCheckpoint{checkpoint_of("gone", "c", {{"m", 1, make_blob("1")}})}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "Run with ID gone not found");
  EXPECT_EQ(latest_values(), "none");
}

TEST_P(RunsTest, RollbackOfAForkKeepsTheValuesOfItsOriginal) {
  ASSERT_TRUE(commit({InsertRun{make_run("r1", "t")}, InsertRun{make_run("r2", "t")},
                      InsertCheckpoint{checkpoint_of("r1", "c1", {{"a\"\\\n'ñ", 1, make_blob("1")}})},
                      InsertCheckpoint{checkpoint_of("r2", "c2", {{"a\"\\\n'ñ", 1, make_blob("1")}})}}));
  ASSERT_TRUE(commit({DeleteRun{"t", "r2", WithCheckpoints::kYes}}));
  EXPECT_EQ(latest_values(), "{\"a\\\"\\\\\\n'ñ\":1}");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, RunsTest, testing::Values(Place::kMemory, Place::kFile), place_name);

}  // namespace
}  // namespace agenthost::storage
