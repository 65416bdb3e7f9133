// A label that only the oldest of many threads have: what a page of them by time costs is counted in SQLite's
// own steps, not in time.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/schema.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;

constexpr int kThreads = 20'000;
constexpr int kOld = 2'500;
constexpr const char* kLegacy = R"({"legacy":true})";

std::string id_of(int number) {
  return std::to_string(100'000 + number);
}

class ManyThreads : public testing::Test {
 protected:
  ManyThreads() : connection_(std::move(*Connection::open({}, Role::kWriter))) {
    EXPECT_TRUE(migrate(*connection_));
    connection_->run("BEGIN");
    for (int number = 0; number < kThreads; ++number) {
      auto thread = make_thread(id_of(number), number + 1);
      if (number < kOld) thread.metadata = kLegacy;
      EXPECT_TRUE(apply(*connection_, InsertThread{thread}));
    }
    commit();
  }

  void commit() {
    connection_->label_changes().flush(*connection_);
    connection_->run("COMMIT");
  }
  void update(int number, Micros now) {
    connection_->run("BEGIN");
    EXPECT_TRUE(apply(*connection_, UpdateThread{.thread_id = id_of(number), .now = now}));
    commit();
  }
  std::vector<std::string> page(const std::string& sort_by, Order order, Page page) {
    const auto found =
        read_threads(*connection_, {.metadata_contains = kLegacy, .sort_by = sort_by, .order = order}, page);
    EXPECT_TRUE(found);
    std::vector<std::string> ids;
    for (const auto& thread : found->rows) ids.push_back(thread.thread_id);
    return ids;
  }
  // Virtual machine steps of all statements since the last call; those that were given up count, too.
  std::int64_t steps() {
    std::int64_t sum = 0;
    auto* handle = connection_->database().getHandle();
    for (auto* one = sqlite3_next_stmt(handle, nullptr); one != nullptr;
         one = sqlite3_next_stmt(handle, one)) {
      sum += sqlite3_stmt_status(one, SQLITE_STMTSTATUS_VM_STEP, 1);
    }
    return sum;
  }

  std::unique_ptr<Connection> connection_;
};

TEST_F(ManyThreads, AWalkThatFindsNothingIsGivenUpForASort) {
  update(7, kThreads + 1);
  (void)steps();
  EXPECT_THAT(page("updated_at", Order::kDescending, {2, 0}), ElementsAre(id_of(7), id_of(kOld - 1)));
  EXPECT_LT(steps(), kOld * 15) << "the walk would pass all the others";
}

TEST_F(ManyThreads, EveryOrderAndPageIsWhatASortWouldSay) {
  update(7, kThreads + 1);
  update(kOld + 1, kThreads + 2);
  EXPECT_THAT(page("updated_at", Order::kAscending, {2, 6}), ElementsAre(id_of(6), id_of(8)));
  EXPECT_THAT(page("state_updated_at", Order::kDescending, {2, kOld - 8}), ElementsAre(id_of(7), id_of(6)));
  EXPECT_THAT(page("thread_id", Order::kDescending, {2, 0}), ElementsAre(id_of(kOld - 1), id_of(kOld - 2)));
  EXPECT_THAT(page("status", Order::kAscending, {2, 0}), ElementsAre(id_of(0), id_of(1)));
}

TEST_F(ManyThreads, AThreadThatGetsTheLabelLaterIsFoundAtItsTime) {
  connection_->run("BEGIN");
  ASSERT_TRUE(apply(*connection_, UpdateThread{.thread_id = id_of(kThreads - 1), .merge_metadata = kLegacy}));
  commit();
  EXPECT_THAT(page("updated_at", Order::kDescending, {2, 0}),
              ElementsAre(id_of(kThreads - 1), id_of(kOld - 1)));
}

}  // namespace
}  // namespace agenthost::storage
