// What survives when the process, the disk or the rights go away.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <set>

#include "tests/integration/storage/victim.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

// Every acknowledged batch is there; every batch that is there is there whole.
void expect_whole(Storage& storage, const std::set<std::string>& acknowledged) {
  const auto runs = storage.runs("t", {}, {1'000'000, 0});
  ASSERT_TRUE(runs) << runs.error().text;
  std::set<std::string> found;
  for (const auto& run : runs->rows) found.insert(run.run_id.substr(run.run_id.find('-') + 1));
  for (const auto& number : acknowledged) EXPECT_TRUE(found.count(number)) << "lost batch " << number;

  const auto history = storage.history("t", {.limit = 1'000'000});
  ASSERT_TRUE(history) << history.error().text;
  EXPECT_EQ(history->size(), found.size()) << "a batch is there in half";
  for (const auto& checkpoint : *history) {
    EXPECT_TRUE(found.count(checkpoint.checkpoint_id.substr(checkpoint.checkpoint_id.find('-') + 1)));
    EXPECT_EQ(checkpoint.channels.at(0).value->size(), 5'002u);
  }
}

class Killed : public testing::TestWithParam<int> {};

TEST_P(Killed, KeepsEveryAcknowledgedBatchAndNoHalfOnes) {
  const TemporaryFolder folder;
  std::set<std::string> acknowledged;
  {
    Victim victim({"write", folder.file().string()});
    while (acknowledged.size() < static_cast<std::size_t>(GetParam())) {
      const auto line = victim.line();
      ASSERT_TRUE(line) << "the victim ended early";
      acknowledged.insert(*line);
    }
    victim.kill();
    while (const auto line = victim.line()) acknowledged.insert(*line);
  }
  const auto storage = open_or_die(folder.file());
  expect_whole(*storage, acknowledged);
  EXPECT_TRUE(commit(*storage, {InsertThread{make_thread("after")}}));
}

// In the first group, in the middle of groups, and around checkpoints of the log.
INSTANTIATE_TEST_SUITE_P(AfterSoMany, Killed, testing::Values(1, 5, 100, 333, 700));

TEST(FullDisk, FailsClearlyStaysReadableAndLosesNothing) {
  const TemporaryFolder folder;
  std::set<std::string> acknowledged;
  std::string error, state;
  {
    Victim victim({"fill", folder.file().string(), "3000000"});
    while (const auto line = victim.line()) {
      if (line->rfind("error: ", 0) == 0) {
        error = *line;
      } else if (line->find("readable") != std::string::npos) {
        state = *line;
      } else {
        acknowledged.insert(*line);
      }
    }
  }
  EXPECT_GT(acknowledged.size(), 50u);
  EXPECT_THAT(error, AllOf(HasSubstr(folder.file().string()), HasSubstr("disk"), HasSubstr("free space")));
  EXPECT_EQ(state, "still readable");
  const auto storage = open_or_die(folder.file());
  expect_whole(*storage, acknowledged);
  EXPECT_TRUE(commit(*storage, {InsertThread{make_thread("after")}})) << "and goes on once there is room";
}

class ReadOnly : public testing::Test {
 protected:
  std::string open_as_nobody() {
    Victim victim({"open-as-nobody", folder_.file().string()});
    return victim.line().value_or("nothing");
  }

  const TemporaryFolder folder_;
};

TEST_F(ReadOnly, FolderIsNamedWithTheRemedy) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
  EXPECT_THAT(open_as_nobody(), AllOf(StartsWith("error: "), HasSubstr(folder_.file().string()),
                                      HasSubstr("writable for this user")));
}

TEST_F(ReadOnly, FileIsNamedWithTheRemedy) {
  open_or_die(folder_.file());
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
  ASSERT_EQ(::chmod(folder_.file().c_str(), 0444), 0);
  EXPECT_THAT(open_as_nobody(), AllOf(StartsWith("error: "), HasSubstr(folder_.file().string()),
                                      HasSubstr("writable for this user")));
}

}  // namespace
}  // namespace agenthost::storage
