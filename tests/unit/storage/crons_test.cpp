#include <gmock/gmock.h>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

models::Cron make_cron(const std::string& id, std::optional<Micros> next_run = 10, Micros created_at = 1) {
  models::Cron cron;
  cron.cron_id = id;
  cron.assistant_id = "a";
  cron.schedule = "* * * * *";
  cron.created_at = cron.updated_at = created_at;
  cron.next_run = next_run;
  return cron;
}

class CronsTest : public StorageTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(commit({InsertAssistant{make_assistant("a")}, InsertThread{make_thread("t")}}));
  }
  std::vector<std::string> search(const CronFilter& filter, Page page = {}) {
    const auto found = storage().crons(filter, page);
    if (!found) return {found.error().text};
    total_ = found->total;
    std::vector<std::string> out;
    for (const auto& cron : found->rows) out.push_back(cron.cron_id);
    return out;
  }
  std::vector<std::string> due(Micros now) {
    std::vector<std::string> out;
    const auto found = storage().due_crons(now, 10);
    for (const auto& cron : *found) out.push_back(cron.cron_id);
    return out;
  }

  int total_ = 0;
};

TEST_P(CronsTest, GivesBackEveryMember) {
  auto cron = make_cron("c");
  cron.thread_id = "t";
  cron.on_run_completed = models::OnCompletion::kKeep;
  cron.timezone = "Europe/Berlin";
  cron.end_time = 99;
  cron.payload = R"({"input":1.0})";
  cron.metadata = R"({"m":1})";
  cron.enabled = false;
  ASSERT_TRUE(commit({InsertCron{cron}}));
  EXPECT_EQ(to_json(*storage().cron("c")), to_json(cron));
  ASSERT_TRUE(commit({InsertCron{make_cron("bare", std::nullopt)}}));
  EXPECT_EQ(to_json(*storage().cron("bare")), to_json(make_cron("bare", std::nullopt)));
}

TEST_P(CronsTest, SaysWhatIsMissing) {
  EXPECT_EQ(storage().cron("x").error().text, "Cron with ID x not found");
  EXPECT_EQ(commit({DeleteCron{"x"}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(commit({FireCron{"x", 1, 2}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(commit({UpdateCron{make_cron("x"), {1, 10}}}).error().code, ErrorCode::kNotFound);
  auto cron = make_cron("c");
  cron.assistant_id = "nobody";
  EXPECT_EQ(commit({InsertCron{cron}}).error().text, "Assistant with ID nobody not found");
  cron = make_cron("c");
  cron.thread_id = "nowhere";
  EXPECT_EQ(commit({InsertCron{cron}}).error().text, "Thread with ID nowhere not found");
}

TEST_P(CronsTest, GoesWithItsThreadAndItsAssistant) {
  auto on_thread = make_cron("on_thread");
  on_thread.thread_id = "t";
  ASSERT_TRUE(commit({InsertCron{on_thread}, InsertCron{make_cron("stateless")}}));
  ASSERT_TRUE(commit({DeleteThread{"t"}}));
  EXPECT_THAT(search({}), ElementsAre("stateless"));
  ASSERT_TRUE(commit({DeleteAssistant{"a"}}));
  EXPECT_THAT(search({}), IsEmpty());
}

TEST_P(CronsTest, TheDueComeFirstDueFirst) {
  ASSERT_TRUE(commit({InsertCron{make_cron("later", 20)}, InsertCron{make_cron("now", 10)},
                      InsertCron{make_cron("past", 5)}, InsertCron{make_cron("paused", std::nullopt)}}));
  EXPECT_THAT(due(10), ElementsAre("past", "now"));
  EXPECT_EQ(storage().next_cron_time().value(), 5);
  EXPECT_EQ(storage().due_crons(10, 1)->size(), 1u);
}

TEST_P(CronsTest, ATickIsTakenOnceWithItsRunOrNotAtAll) {
  ASSERT_TRUE(commit({InsertCron{make_cron("c", 10)}}));
  EXPECT_FALSE(commit({FireCron{"c", 10, 20}, InsertRun{make_run("r", "nowhere")}}));
  EXPECT_THAT(due(10), ElementsAre("c")) << "the run failed, so the tick is still due";
  ASSERT_TRUE(commit({FireCron{"c", 10, 20}, InsertRun{make_run("r1", "t")}}));
  EXPECT_EQ(commit({FireCron{"c", 10, 20}, InsertRun{make_run("r2", "t")}}).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(storage().runs("t", {}, {})->total, 1);
  EXPECT_THAT(due(19), IsEmpty());
  ASSERT_TRUE(commit({FireCron{"c", 20, std::nullopt}}));
  EXPECT_EQ(storage().next_cron_time().value(), std::nullopt);
}

TEST_P(CronsTest, AChangeThatMissedAnotherIsRefused) {
  ASSERT_TRUE(commit({InsertCron{make_cron("c", 10)}}));
  auto changed = make_cron("c", 30);
  changed.updated_at = 5;
  ASSERT_TRUE(commit({UpdateCron{changed, {1, 10}}}));
  EXPECT_EQ(commit({UpdateCron{changed, {1, 10}}}).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(commit({FireCron{"c", 30, 40}}));
  EXPECT_EQ(commit({UpdateCron{changed, {5, 30}}}).error().code, ErrorCode::kConflict);
  changed.next_run.reset();
  ASSERT_TRUE(commit({UpdateCron{changed, {5, 40}}}));
  EXPECT_TRUE(commit({UpdateCron{changed, {5, std::nullopt}}})) << "null is seen as null";
}

TEST_P(CronsTest, SearchFiltersSortsAndCounts) {
  auto one = make_cron("1", 30, 1);
  one.thread_id = "t";
  one.metadata = R"({"m":1})";
  auto two = make_cron("2", 20, 2);
  two.enabled = false;
  ASSERT_TRUE(commit({InsertCron{one}, InsertCron{two}, InsertCron{make_cron("3", 10, 3)}}));
  EXPECT_THAT(search({}), ElementsAre("3", "2", "1"));
  EXPECT_THAT(search({.sort_by = "next_run_date", .order = Order::kAscending}), ElementsAre("3", "2", "1"));
  EXPECT_THAT(search({.thread_id = "t"}), ElementsAre("1"));
  EXPECT_THAT(search({.metadata_contains = R"({"m":1})"}), ElementsAre("1"));
  EXPECT_THAT(search({.enabled = false}), ElementsAre("2"));
  EXPECT_THAT(search({.assistant_id = "b"}), IsEmpty());
  EXPECT_THAT(search({}, {1, 1}), ElementsAre("2"));
  EXPECT_EQ(total_, 3);
  EXPECT_THAT(search({}, {0, 0}), IsEmpty());
  EXPECT_EQ(total_, 3) << "a count needs no rows";
  EXPECT_THAT(search({.sort_by = "payload"}).at(0), testing::HasSubstr("not one of"));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CronsTest, testing::Values(Place::kMemory, Place::kFile), place_name);

}  // namespace
}  // namespace agenthost::storage
