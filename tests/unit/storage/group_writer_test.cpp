// The writer alone, with its connection in the test's hands: transactions are counted, never timed.
#include "host/storage/sqlite/group_writer.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <atomic>

#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/schema.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::HasSubstr;

class GroupWriterTest : public testing::Test {
 protected:
  void open(const std::string& settings = {}) {
    auto connection = Connection::open(folder_.file(), Role::kWriter);
    ASSERT_TRUE(connection) << connection.error().text;
    ASSERT_TRUE(migrate(**connection));
    if (!settings.empty()) (*connection)->run(settings);
    auto* handle = (*connection)->database().getHandle();
    sqlite3_commit_hook(
        handle,
        [](void* self) {
          auto& test = *static_cast<GroupWriterTest*>(self);
          ++test.commits_;
          return test.refuse_commits_ ? 1 : 0;
        },
        this);
    std::vector<std::unique_ptr<Connection>> one;
    one.push_back(std::move(*connection));
    pool_ = std::make_unique<ConnectionPool>(std::move(one));
    writer_ = std::make_unique<GroupWriter>(*pool_);
  }

  // Keeps the writer busy in a callback until the returned promise is kept.
  std::promise<void> hold() {
    std::promise<void> go, held;
    writer_->push({}, [wait = go.get_future().share(), &held](const Status&) {
      held.set_value();
      wait.wait();
    });
    held.get_future().wait();
    return go;
  }

  std::int64_t count(const std::string& table) {
    auto lease = pool_->lend();
    Query query(**lease, "SELECT count(*) FROM " + table);
    query.next();
    return query.integer(0);
  }

  const TemporaryFolder folder_;
  std::atomic<int> commits_ = 0;
  std::atomic<bool> refuse_commits_ = false;
  std::unique_ptr<ConnectionPool> pool_;
  std::unique_ptr<GroupWriter> writer_;
};

models::Thread thread_of_size(const std::string& id, std::size_t bytes) {
  auto thread = make_thread(id);
  thread.config = '"' + std::string(bytes, 'x') + '"';
  return thread;
}

TEST_F(GroupWriterTest, EverythingThatWaitsIsOneTransaction) {
  open();
  auto go = hold();
  const int before = commits_;
  for (int i = 0; i < 100; ++i) {
    writer_->push({InsertThread{make_thread(std::to_string(i))}}, [&](const Status& status) {
      EXPECT_TRUE(status);
      EXPECT_EQ(commits_, before + 1) << "called after the one commit";
    });
  }
  go.set_value();
  writer_->stop();
  EXPECT_EQ(commits_, before + 1);
  EXPECT_EQ(count("threads"), 100);
}

TEST_F(GroupWriterTest, WhatNobodyWaitsForIsCommittedAllTheSame) {
  open();
  std::promise<Status> done;
  writer_->push(
      {InsertThread{make_thread("a")}}, [&](const Status& status) { done.set_value(status); }, Haste::kSoon);
  EXPECT_TRUE(done.get_future().get());
  EXPECT_EQ(count("threads"), 1);
}

TEST_F(GroupWriterTest, ABatchThatFailsIsUndoneAloneThoughItsRowsWereSquashed) {
  open();
  auto go = hold();
  std::vector<bool> results;
  const auto note = [&](const Status& status) { results.push_back(status.has_value()); };
  writer_->push({InsertThread{make_thread("a")}}, note, Haste::kSoon);
  writer_->push({UpdateThread{.thread_id = "a", .merge_metadata = R"({"k":1})"}, UpdateRun{.run_id = "none"}},
                note);
  writer_->push({UpdateThread{.thread_id = "a", .now = 7}}, note);
  go.set_value();
  writer_->stop();
  EXPECT_THAT(results, testing::ElementsAre(true, false, true));
  auto lease = pool_->lend();
  Query thread(**lease, "SELECT metadata, updated_at FROM threads");
  ASSERT_TRUE(thread.next());
  EXPECT_EQ(thread.text(0), "{}");
  EXPECT_EQ(thread.integer(1), 7);
  Query labels(**lease, "SELECT count(*) FROM thread_labels WHERE path <> 'status'");
  ASSERT_TRUE(labels.next());
  EXPECT_EQ(labels.integer(0), 0);
}

TEST_F(GroupWriterTest, FailedCommitFailsTheWholeGroupAndKeepsNothing) {
  open();
  auto go = hold();
  std::vector<ErrorCode> codes;
  const auto note = [&](const Status& status) {
    codes.push_back(status ? ErrorCode{} : status.error().code);
  };
  writer_->push({InsertThread{make_thread("a")}}, note);
  writer_->push({UpdateThread{.thread_id = "missing"}}, note);
  writer_->push({InsertThread{make_thread("b")}}, note);
  refuse_commits_ = true;
  go.set_value();
  auto again = hold();
  // A refused commit is SQLITE_CONSTRAINT, which no disk would answer: an internal error.
  EXPECT_THAT(codes, testing::ElementsAre(ErrorCode::kInternal, ErrorCode::kNotFound, ErrorCode::kInternal));
  EXPECT_EQ(count("threads"), 0);

  refuse_commits_ = false;
  writer_->push({InsertThread{make_thread("a")}}, note);
  again.set_value();
  writer_->stop();
  EXPECT_EQ(codes.back(), ErrorCode{}) << "the writer goes on";
  EXPECT_EQ(count("threads"), 1);
}

TEST_F(GroupWriterTest, BatchThatFillsTheDiskLeavesItsNeighboursAlone) {
  open("PRAGMA max_page_count=64");
  auto go = hold();
  std::vector<std::string> results;
  const auto note = [&](const Status& status) { results.push_back(status ? "ok" : status.error().text); };
  writer_->push({InsertThread{make_thread("before")}}, note);
  writer_->push({InsertThread{thread_of_size("huge", 1'000'000)}}, note);
  writer_->push({InsertThread{make_thread("after")}}, note);
  go.set_value();
  writer_->stop();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0], "ok");
  EXPECT_THAT(results[1], HasSubstr("the disk is full: free some space"));
  EXPECT_THAT(results[1], HasSubstr(folder_.file().string()));
  EXPECT_EQ(results[2], "ok");
  EXPECT_EQ(count("threads"), 2);
}

TEST_F(GroupWriterTest, LogStaysShortUnderSteadyWriting) {
  open();
  for (int i = 0; i < 300; ++i) {
    std::promise<void> done;
    writer_->push({InsertThread{thread_of_size(std::to_string(i), 100'000)}}, [&](const Status& status) {
      EXPECT_TRUE(status);
      done.set_value();
    });
    done.get_future().wait();
  }
  writer_->stop();
  // 30 MB were written; the log starts over at 4 MB.
  EXPECT_LT(std::filesystem::file_size(folder_.file().string() + "-wal"), 24'000'000u);
}

TEST_F(GroupWriterTest, StopCommitsWhatWaitsAndThenRefuses) {
  open();
  auto go = hold();
  int ok = 0, refused = 0;
  const auto note = [&](const Status& status) { ++(status ? ok : refused); };
  writer_->push({InsertThread{make_thread("a")}}, note);
  go.set_value();
  writer_->stop();
  writer_->push({InsertThread{make_thread("b")}}, note);
  EXPECT_EQ(ok, 1);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(count("threads"), 1);
}

}  // namespace
}  // namespace agenthost::storage
