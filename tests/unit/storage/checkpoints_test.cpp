#include <gmock/gmock.h>

#include <limits>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CheckpointsTest : public StorageTest {
 protected:
  void SetUp() override { ASSERT_TRUE(commit({InsertThread{make_thread("t")}})); }
  std::vector<std::string> history(const CheckpointFilter& filter) {
    const auto found = storage().history("t", filter);
    if (!found) return {found.error().text};
    std::vector<std::string> out;
    for (const auto& checkpoint : *found) out.push_back(checkpoint.checkpoint_id);
    return out;
  }
};

models::CheckpointTask busy_task() {
  models::CheckpointTask task;
  task.id = "task-1";
  task.node = "ask \"me\"";
  task.kind = models::TaskKind::kSubgraph;
  task.input = make_blob("[1.0]");
  task.send_index = 3;
  task.goes_to = make_blob(R"(["next"])");
  task.interrupts = {{"0123", make_blob(R"({"q":1.50,"big":123456789012345678901234567890})")},
                     {"4567", make_blob("null")}};
  task.answers = {make_blob("\"yes\""), make_blob("null"), make_blob("[1, 2]")};
  task.error = Error{ErrorCode::kDeadline, "too\nslow", "TimeoutError"};
  return task;
}

TEST_P(CheckpointsTest, GivesBackEveryMemberToTheLetter) {
  auto checkpoint =
      make_checkpoint("c2", "t",
                      {{"z", 3, make_blob("1.0")},
                       {"a", std::numeric_limits<std::int64_t>::max(), make_blob(R"("\u00e9\u0000")")},
                       {"__proto__ \"x\"", 1, make_blob("{}")}});
  checkpoint.parent_id = "c1";
  checkpoint.run_id = "r";
  checkpoint.step = 4;
  checkpoint.source = "fork";
  checkpoint.written_by = {"one", "a \"b\""};
  checkpoint.metadata = R"({"source":"fork"})";
  checkpoint.created_at = 77;
  models::CheckpointTask finished;
  finished.id = "task-2";
  finished.node = "done";
  finished.result = make_blob(R"({"messages":[1.0]})");
  checkpoint.tasks = {busy_task(), finished, finished};
  ASSERT_TRUE(commit({InsertRun{make_run("r", "t")}, InsertCheckpoint{checkpoint}}));

  const auto found = storage().checkpoint("t", "", "c2");
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(state_json(*found), state_json(checkpoint));
  EXPECT_EQ(found->run_id, "r");
  EXPECT_EQ(found->step, 4);
  EXPECT_EQ(found->source, "fork");
  EXPECT_EQ(found->channels[1].version, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(found->written_by, checkpoint.written_by);
  ASSERT_EQ(found->tasks.size(), 3u);
  EXPECT_EQ(*found->tasks[0].goes_to, R"(["next"])");
  ASSERT_EQ(found->tasks[0].answers.size(), 3u);
  EXPECT_EQ(*found->tasks[0].answers[1], "null");
  EXPECT_EQ(*found->tasks[0].answers[2], "[1, 2]");
  EXPECT_EQ(found->tasks[0].error->code, ErrorCode::kDeadline);
  EXPECT_EQ(found->tasks[0].error->kind, "TimeoutError");
  EXPECT_EQ(found->tasks[1].error, std::nullopt);
}

TEST_P(CheckpointsTest, SaysWhatIsMissingOrTaken) {
  EXPECT_EQ(*storage().latest_checkpoint("t", ""), std::nullopt);
  EXPECT_EQ(storage().checkpoint("t", "", "x").error().text, "Checkpoint with ID x not found");
  EXPECT_EQ(commit({InsertCheckpoint{make_checkpoint("c", "nowhere")}}).error().text,
            "Thread with ID nowhere not found");
  EXPECT_EQ(commit({UpdateCheckpointTasks{"t", "", "x", {}}}).error().text, "Checkpoint with ID x not found");
  ASSERT_TRUE(commit({InsertCheckpoint{make_checkpoint("c", "t")}}));
  EXPECT_EQ(commit({InsertCheckpoint{make_checkpoint("c", "t")}}).error().code, ErrorCode::kAlreadyExists);
}

TEST_P(CheckpointsTest, RefusesAChannelWithoutValueOrWithAnUnsafeName) {
  EXPECT_EQ(commit({InsertCheckpoint{make_checkpoint("c", "t", {{"m", 1, nullptr}})}}).error().code,
            ErrorCode::kInvalid);
  const auto nul =
      commit({InsertCheckpoint{make_checkpoint("c", "t", {{std::string("a\0b", 3), 1, make_blob("1")}})}});
  EXPECT_EQ(nul.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(nul.error().text, HasSubstr("NUL"));
  EXPECT_EQ(*storage().latest_checkpoint("t", ""), std::nullopt);
}

TEST_P(CheckpointsTest, UnchangedValuesAreStoredOnce) {
  ASSERT_TRUE(commit({InsertCheckpoint{make_checkpoint("c1", "t", {{"m", 1, make_blob("\"old\"")}})}}));
  ASSERT_TRUE(commit({InsertCheckpoint{
      make_checkpoint("c2", "t", {{"m", 1, make_blob("\"ignored\"")}, {"n", 2, make_blob("2")}})}}));
  EXPECT_EQ(values_json(*storage().checkpoint("t", "", "c2")), R"({"m":"old","n":2})");
  const auto both = storage().history("t", {});
  EXPECT_EQ((*both)[0].channels[0].value, (*both)[1].channels[0].value) << "and read once, shared";
}

TEST_P(CheckpointsTest, TasksAreReplaced) {
  auto checkpoint = make_checkpoint("c", "t");
  checkpoint.tasks = {busy_task()};
  ASSERT_TRUE(commit({InsertCheckpoint{checkpoint}}));
  ASSERT_TRUE(commit({UpdateCheckpointTasks{"t", "", "c", {}}}));
  EXPECT_THAT(storage().checkpoint("t", "", "c")->tasks, IsEmpty());
}

TEST_P(CheckpointsTest, NamespacesAreApartEvenWithNulInside) {
  auto nested = make_checkpoint("c", "t", {{"m", 1, make_blob("\"nested\"")}});
  nested.checkpoint_ns = std::string("a:1\0b:2", 7);
  auto parent = make_checkpoint("c", "t", {{"m", 1, make_blob("\"parent\"")}});
  parent.checkpoint_ns = "a:1";
  ASSERT_TRUE(commit({InsertCheckpoint{nested}, InsertCheckpoint{parent}}));
  EXPECT_EQ(values_json(**storage().latest_checkpoint("t", nested.checkpoint_ns)), R"({"m":"nested"})");
  EXPECT_EQ(values_json(**storage().latest_checkpoint("t", "a:1")), R"({"m":"parent"})");
  EXPECT_THAT(history({}), IsEmpty());
  EXPECT_THAT(history({.checkpoint_ns = nested.checkpoint_ns}), ElementsAre("c"));
}

TEST_P(CheckpointsTest, HistoryIsNewestFirstBeforeLimitAndFilter) {
  for (int i = 0; i < 6; ++i) {
    auto checkpoint = make_checkpoint("c" + std::to_string(i), "t");
    checkpoint.metadata =
        R"({"step":)" + std::to_string(i) + R"(,"even":)" + (i % 2 == 0 ? "true" : "false") + "}";
    ASSERT_TRUE(commit({InsertCheckpoint{checkpoint}}));
  }
  EXPECT_EQ((*storage().latest_checkpoint("t", ""))->checkpoint_id, "c5");
  EXPECT_THAT(history({.limit = 2}), ElementsAre("c5", "c4"));
  EXPECT_THAT(history({.before = "c2"}), ElementsAre("c1", "c0"));
  EXPECT_THAT(history({.before = "c0"}), IsEmpty());
  EXPECT_THAT(history({.metadata_contains = R"({"even":true})", .limit = 2}), ElementsAre("c4", "c2"));
  EXPECT_THAT(history({.before = "c4", .metadata_contains = R"({"even":true})"}), ElementsAre("c2", "c0"));
  EXPECT_THAT(history({.metadata_contains = R"({"step":3})"}), ElementsAre("c3"));
  EXPECT_EQ(storage().history("t", {.metadata_contains = "nonsense"}).error().code, ErrorCode::kInvalid);
}

TEST_P(CheckpointsTest, ACopyKnowsWhoWroteTheState) {
  auto checkpoint = make_checkpoint("c", "t");
  checkpoint.written_by = {"node"};
  ASSERT_TRUE(commit({InsertCheckpoint{checkpoint}, CopyThread{"t", "copy", 2}}));
  EXPECT_THAT((*storage().latest_checkpoint("copy", ""))->written_by, ElementsAre("node"));
}

TEST_P(CheckpointsTest, UsageCountsTheTasksOfAllCheckpoints) {
  auto one = make_checkpoint("c1", "t"), other = make_checkpoint("c2", "t");
  one.tasks = {busy_task()};
  other.tasks = {busy_task(), busy_task()};
  ASSERT_TRUE(
      commit({InsertCheckpoint{one}, InsertCheckpoint{other}, InsertCheckpoint{make_checkpoint("c3", "t")}}));
  const auto usage = storage().thread_usage("t");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->checkpoints.count, 3);
  EXPECT_EQ(usage->pending_writes.count, 3);
  EXPECT_GT(usage->pending_writes.bytes, 0);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CheckpointsTest, testing::Values(Place::kMemory, Place::kFile),
                         place_name);

}  // namespace
}  // namespace agenthost::storage
