// Runs every hot read and write, then asks SQLite how it answers the very statements they left behind. A plan
// that scans a table which grows with use fails here, not in production.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/schema.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QueryPlanTest : public testing::Test {
 protected:
  QueryPlanTest() : connection_(std::move(*Connection::open({}, Role::kWriter))) {
    EXPECT_TRUE(migrate(*connection_));
    forgotten_ = statements();
  }

  std::vector<std::string> statements() {
    std::vector<std::string> out;
    auto* handle = connection_->database().getHandle();
    for (auto* one = sqlite3_next_stmt(handle, nullptr); one != nullptr;
         one = sqlite3_next_stmt(handle, one)) {
      out.emplace_back(sqlite3_sql(one));
    }
    return out;
  }

  // "SCAN t" reads a whole table; "SCAN t USING INDEX" walks an index in order, and the LIMIT stops it.
  // A walk along the primary key is stopped, too: by its LIMIT or by who walks.
  std::vector<std::string> scans(const std::string& sql) {
    std::vector<std::string> out;
    if (sql.rfind("SELECT number FROM threads ORDER BY thread_id", 0) == 0) return out;
    SQLite::Statement plan(connection_->database(), "EXPLAIN QUERY PLAN " + sql);
    while (plan.executeStep()) {
      const auto step = plan.getColumn(3).getString();
      const bool whole = step.rfind("SCAN ", 0) == 0 && step.find(" INDEX ") == std::string::npos;
      const bool json =
          step.find("json_each") != std::string::npos || step.find(" VIRTUAL TABLE") != std::string::npos;
      // The list that a recursive statement makes for itself.
      const bool own = step == "SCAN CONSTANT ROW" || step == "SCAN names";
      if (whole && !json && !own) out.push_back(step + "   in   " + sql);
    }
    return out;
  }

  std::vector<std::string> all_scans() {
    std::vector<std::string> out;
    for (const auto& sql : statements()) {
      // What a migration read, it read once.
      if (std::find(forgotten_.begin(), forgotten_.end(), sql) != forgotten_.end()) continue;
      for (auto& step : scans(sql)) out.push_back(std::move(step));
    }
    return out;
  }

  std::unique_ptr<Connection> connection_;
  std::vector<std::string> forgotten_;
};

TEST_F(QueryPlanTest, TheCheckItselfSeesAScan) {
  EXPECT_EQ(scans("SELECT * FROM runs WHERE kwargs = '1'").size(), 1u);
  EXPECT_THAT(scans("SELECT * FROM runs WHERE run_id = '1'"), IsEmpty());
}

TEST_F(QueryPlanTest, ReadsUseIndices) {
  auto& from = *connection_;
  (void)read_assistant(from, "a");
  (void)read_assistants(from, {.graph_id = "g"}, {});
  (void)read_assistants(from, {}, {});
  (void)read_assistant_versions(from, "a", {}, {});
  (void)read_thread(from, "t");
  for (const char* column : {"thread_id", "status", "created_at", "updated_at", "state_updated_at"}) {
    (void)read_threads(from, {.sort_by = column}, {});
    (void)read_threads(from, {.metadata_contains = R"({"graph_id":"g","n":[1,[2]]})", .sort_by = column}, {});
    (void)read_threads(from, {.status = models::ThreadStatus::kBusy, .sort_by = column}, {});
    (void)read_threads(from, {.ids = {"t"}, .sort_by = column}, {});
  }
  ASSERT_TRUE(apply(from, InsertThread{make_thread("t")}));
  (void)read_run(from, "t", "r");
  (void)read_runs(from, "t", {}, {});
  (void)read_runs(from, "t", models::RunStatus::kPending, {});
  (void)read_runs(from, "t", models::RunStatus::kSuccess, {});
  (void)read_active_runs(from);
  (void)read_counts(from);
  ASSERT_TRUE(apply(from, InsertCheckpoint{make_checkpoint("c", "t", {{"m", 1, make_blob("1")}})}));
  (void)read_latest_checkpoint(from, "t", "");
  (void)read_checkpoint(from, "t", "", "c");
  (void)read_history(from, "t", {.before = "d", .metadata_contains = R"({"step":1})"});
  for (const char* column :
       {"cron_id", "assistant_id", "thread_id", "next_run_date", "end_time", "created_at", "updated_at"}) {
    (void)read_crons(from, {.sort_by = column}, {});
    (void)read_crons(from, {.assistant_id = "a", .sort_by = column}, {});
  }
  (void)read_crons(from, {.thread_id = "t"}, {});
  (void)read_cron(from, "c");
  (void)read_due_crons(from, 1, 1);
  (void)read_next_cron_time(from);
  (void)read_store_item(from, {"a"}, "k", 1);
  (void)read_store_items(from, {.value_matches = R"({"a":1})"}, {});
  (void)read_store_items(from, {.prefix = {"a"}}, {});
  (void)read_store_namespaces(from, {.prefix = {"a"}}, {});
  (void)read_next_store_expiry(from);
  EXPECT_GT(statements().size(), forgotten_.size() + 35) << "the reads left their statements behind";
  EXPECT_THAT(all_scans(), IsEmpty());
}

TEST_F(QueryPlanTest, WritesUseIndices) {
  auto& to = *connection_;
  models::Cron cron;
  cron.cron_id = "c";
  cron.assistant_id = "a";
  cron.thread_id = "t";
  cron.updated_at = 1;
  cron.next_run = 1;
  const Batch batch{InsertAssistant{make_assistant("a")},
                    UpdateAssistant{.assistant_id = "a"},
                    SetAssistantVersion{"a", 1, 1},
                    InsertThread{make_thread("t")},
                    UpdateThread{.thread_id = "t", .merge_metadata = "{}"},
                    InsertRun{make_run("", "t")},
                    UpdateRun{.run_id = "", .attempts = 1},
                    InsertCheckpoint{make_checkpoint("c", "t", {{"m", 1, make_blob("1")}})},
                    UpdateCheckpointTasks{"t", "", "c", {}},
                    UpdateCheckpointMetadata{"t", "", "c", "{}"},
                    CopyThread{"t", "t2", 1},
                    KeepLatestCheckpoint{"t2"},
                    InsertCron{cron},
                    UpdateCron{cron, {1, 1}},
                    FireCron{"c", 1, 2},
                    DeleteCron{"c"},
                    PutStoreItem{{{"a"}, "k", "{}", 1, 1, false}, 1},
                    RefreshStoreItems{{{{"a"}, "k"}}, 1},
                    DeleteStoreItem{{"a"}, "k"},
                    SweepStore{},
                    DeleteRun{"t", "", WithCheckpoints::kYes},
                    DeleteThread{"t"},
                    DeleteAssistant{"a", WithThreads::kYes}};
  for (const auto& write : batch) ASSERT_TRUE(apply(to, write)) << write.index();
  EXPECT_GT(statements().size(), forgotten_.size() + 16);
  EXPECT_THAT(all_scans(), IsEmpty());
}

TEST_F(QueryPlanTest, HistoryAndTheQueueComeSortedFromTheirIndices) {
  auto& from = *connection_;
  ASSERT_TRUE(apply(from, InsertThread{make_thread("t")}));
  (void)read_history(from, "t", {.before = "d"});
  (void)read_runs(from, "t", {}, {});
  (void)read_runs(from, "t", models::RunStatus::kPending, {});
  (void)read_threads(from, {}, {});
  for (const auto& sql : statements()) {
    SQLite::Statement plan(from.database(), "EXPLAIN QUERY PLAN " + sql);
    while (plan.executeStep())
      EXPECT_THAT(plan.getColumn(3).getString(), testing::Not(testing::HasSubstr("TEMP B-TREE")));
  }
}

}  // namespace
}  // namespace agenthost::storage
