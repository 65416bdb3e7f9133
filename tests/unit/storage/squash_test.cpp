// A group is written as its squash: whatever the writes are, the database must not show it.
#include "host/storage/sqlite/squash.hpp"

#include <gmock/gmock.h>

#include <random>

#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/schema.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::SizeIs;

std::unique_ptr<Connection> open_in_memory() {
  auto connection = Connection::open({}, Role::kWriter);
  EXPECT_TRUE(connection && migrate(**connection));
  return std::move(*connection);
}

// Every row of every table that grows, as text.
std::string everything_in(Connection& connection) {
  connection.label_changes().flush(connection);
  std::string out;
  for (const char* sql : {"SELECT * FROM threads",
                          "SELECT path, value, chunk, threads, hex(members) FROM labelled_threads JOIN "
                          "thread_labels USING (label_id)",
                          "SELECT path, value FROM thread_labels", "SELECT * FROM runs",
                          "SELECT * FROM checkpoints", "SELECT * FROM channel_values"}) {
    std::vector<std::string> rows;
    SQLite::Statement rows_of(connection.database(), sql);
    while (rows_of.executeStep()) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < rows_of.getColumnCount(); ++i) row += rows_of.getColumn(i).getString() + "|";
    }
    std::sort(rows.begin(), rows.end());
    for (const auto& row : rows) out += row + "\n";
  }
  return out;
}

// Writes of every kind that touches threads, over a few ids, so that they meet.
class AnyWrite {
 public:
  explicit AnyWrite(unsigned seed) : random_(seed) {}

  Write operator()() {
    now_ += 1;
    const auto thread = std::string(1, static_cast<char>('s' + pick(3)));
    const auto run = thread + std::to_string(pick(2));
    switch (pick(13)) {
      case 0:
      case 1:
        return InsertThread{make_thread(thread, now_)};
      case 2:
      case 3:
      case 4:
        return change_of(thread);
      case 5:
        return InsertRun{make_run(run, thread, now_)};
      case 6:
        return UpdateRun{run,
                         now_,
                         maybe(models::RunStatus::kSuccess),
                         maybe(pick(5)),
                         maybe<std::string>("{}"),
                         maybe<std::string>("why")};
      case 7:
        return InsertCheckpoint{
            make_checkpoint(run, thread, {{"m", pick(3), make_blob(std::to_string(now_))}})};
      case 8:
        return UpdateCheckpointTasks{thread, "", run, {{"task", std::to_string(now_)}}};
      case 9:
        return SettleThread{thread, now_};
      case 10:
        return DeleteRun{thread, run, WithCheckpoints::kYes};
      case 11:
        return DeleteThread{thread};
      default:
        return CopyThread{thread, std::string(1, static_cast<char>('s' + pick(3))), now_};
    }
  }

 private:
  int pick(int choices) { return static_cast<int>(random_() % static_cast<unsigned>(choices)); }
  template <class Value>
  std::optional<Value> maybe(Value value) {
    return pick(2) == 0 ? std::nullopt : std::optional(std::move(value));
  }
  UpdateThread change_of(const std::string& thread) {
    UpdateThread change;
    change.thread_id = thread;
    change.state_changed = pick(2) == 0;
    change.now = change.state_changed || pick(2) == 0 ? now_ : 0;
    change.merge_metadata = maybe("{\"k" + std::to_string(pick(3)) + "\":" + std::to_string(pick(2)) + "}");
    change.status = maybe(pick(2) == 0 ? models::ThreadStatus::kBusy : models::ThreadStatus::kError);
    change.config = maybe("{\"c\":" + std::to_string(now_) + "}");
    change.error = maybe<std::string>(pick(2) == 0 ? "null" : "{}");
    if (pick(4) == 0) change.ttl = models::Ttl{1, models::TtlStrategy::kDelete, now_};
    return change;
  }

  std::mt19937 random_;
  Micros now_ = 0;
};

TEST(Squash, LeavesWhatTheWritesOneByOneLeave) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    AnyWrite any(seed);
    const auto one_by_one = open_in_memory(), together = open_in_memory();
    Batch group;
    while (group.size() < 30) {
      const auto write = any();
      if (apply(*one_by_one, write)) group.push_back(write);
    }
    Squash squash;
    for (const auto& write : group) squash.add(write);
    EXPECT_LE(squash.writes().size(), group.size());
    for (const auto* write : squash.writes()) ASSERT_TRUE(apply(*together, *write)) << "seed " << seed;
    ASSERT_EQ(everything_in(*together), everything_in(*one_by_one)) << "seed " << seed;
  }
}

TEST(Squash, ARunFromItsStartToItsEndIsOneRowEach) {
  auto checkpoint = make_checkpoint("c", "t", {{"m", 1, make_blob("1")}});
  const Batch group{InsertThread{make_thread("t")},
                    InsertRun{make_run("r", "t")},
                    InsertCheckpoint{checkpoint},
                    UpdateCheckpointTasks{"t", "", "c", {{"task", "node"}}},
                    UpdateRun{.run_id = "r", .now = 2, .status = models::RunStatus::kSuccess},
                    UpdateThread{.thread_id = "t", .now = 2, .status = models::ThreadStatus::kIdle}};
  Squash squash;
  for (const auto& write : group) squash.add(write);
  ASSERT_THAT(squash.writes(), SizeIs(3));
  EXPECT_EQ(std::get<InsertThread>(*squash.writes()[0]).thread.updated_at, 2);
  EXPECT_EQ(std::get<InsertRun>(*squash.writes()[1]).run.status, models::RunStatus::kSuccess);
  EXPECT_THAT(std::get<InsertCheckpoint>(*squash.writes()[2]).checkpoint.tasks, SizeIs(1));
  EXPECT_EQ(std::get<InsertRun>(group[1]).run.status, models::RunStatus::kPending)
      << "the group is as it was";
}

}  // namespace
}  // namespace agenthost::storage
