// A thread with 10,000 checkpoints: what a page of its history costs is counted in SQLite's own steps, not in
// time.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "host/storage/sqlite/apply.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/schema.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

constexpr int kCheckpoints = 10'000;
constexpr int kUnchangedChannels = 20;

std::string id_of(int number) {
  return std::to_string(100'000 + number);
}

// One channel changes at every step, twenty never do.
std::vector<models::ChannelValue> channels_at(int number) {
  std::vector<models::ChannelValue> channels{{"messages", number + 1, make_blob(std::to_string(number))}};
  for (int i = 0; i < kUnchangedChannels; ++i)
    channels.push_back({"k" + std::to_string(i), 1, make_blob("0")});
  return channels;
}

class LongThread : public testing::Test {
 protected:
  LongThread() : connection_(std::move(*Connection::open({}, Role::kWriter))) {
    EXPECT_TRUE(migrate(*connection_));
    connection_->run("BEGIN");
    EXPECT_TRUE(apply(*connection_, InsertThread{make_thread("t")}));
    for (int number = 0; number < kCheckpoints; ++number) {
      EXPECT_TRUE(
          apply(*connection_, InsertCheckpoint{make_checkpoint(id_of(number), "t", channels_at(number))}));
    }
    connection_->run("COMMIT");
  }

  // Virtual machine steps of all statements since the last call.
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

TEST_F(LongThread, PageOfHistoryCostsThePageNotTheThread) {
  (void)steps();
  const auto page = read_history(*connection_, "t", {.before = id_of(9'000), .limit = 10});
  ASSERT_TRUE(page) << page.error().text;
  ASSERT_EQ(page->size(), 10u);
  EXPECT_EQ(page->front().checkpoint_id, id_of(8'999));
  EXPECT_EQ(*page->front().channels.at(0).value, "8999");
  EXPECT_EQ(page->front().channels.size(), 1u + kUnchangedChannels);
  // 10 rows and 30 distinct values: some 20 steps each.
  EXPECT_LT(steps(), 2'000);
}

TEST_F(LongThread, LatestStateIsAsCheapAsEver) {
  (void)steps();
  ASSERT_TRUE(read_latest_checkpoint(*connection_, "t", ""));
  EXPECT_LT(steps(), 1'000);
}

}  // namespace
}  // namespace agenthost::storage
