#include <gmock/gmock.h>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ThreadsTest : public StorageTest {
 protected:
  std::vector<std::string> search(const ThreadFilter& filter, Page page = {}) {
    const auto found = storage().threads(filter, page);
    if (!found) return {found.error().text};
    total_ = found->total;
    std::vector<std::string> out;
    for (const auto& thread : found->rows) out.push_back(thread.thread_id);
    return out;
  }
  std::vector<std::string> containing(const std::string& pattern) {
    return search({.metadata_contains = pattern});
  }
  void insert(const std::string& id, const std::string& metadata, Micros created_at = 1) {
    auto thread = make_thread(id, created_at);
    thread.metadata = metadata;
    ASSERT_TRUE(commit({InsertThread{thread}}));
  }

  int total_ = 0;
};

TEST_P(ThreadsTest, GivesBackEveryMember) {
  auto thread = make_thread("t", 1);
  thread.updated_at = 2;
  thread.state_updated_at = 3;
  thread.metadata = R"({"graph_id":"echo"})";
  thread.status = models::ThreadStatus::kInterrupted;
  thread.config = R"({"configurable":{}})";
  thread.interrupts = R"({"task":[{"id":"i","value":1.0}]})";
  thread.error = R"({"error":"E","message":"m"})";
  ASSERT_TRUE(commit({InsertThread{thread}}));
  EXPECT_EQ(to_json(*storage().thread("t"), "null"), to_json(thread, "null"));
}

TEST_P(ThreadsTest, SaysWhatIsMissingOrTaken) {
  EXPECT_EQ(storage().thread("x").error().text, "Thread with ID x not found");
  EXPECT_EQ(commit({UpdateThread{.thread_id = "x"}}).error().text, "Thread with ID x not found");
  EXPECT_EQ(commit({UpdateThread{.thread_id = "x", .merge_metadata = "{}"}}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(commit({DeleteThread{"x"}}).error().code, ErrorCode::kNotFound);
  insert("t", "{}");
  const auto again = commit({InsertThread{make_thread("t")}});
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(again.error().text, "Thread already exists");
}

TEST_P(ThreadsTest, UpdateChangesOnlyWhatItNames) {
  insert("t", R"({"keep":1,"change":1})");
  ASSERT_TRUE(commit({UpdateThread{.thread_id = "t", .now = 5, .status = models::ThreadStatus::kBusy}}));
  auto thread = *storage().thread("t");
  EXPECT_EQ(thread.status, models::ThreadStatus::kBusy);
  EXPECT_EQ(thread.updated_at, 5);
  EXPECT_EQ(thread.state_updated_at, 1);
  EXPECT_EQ(thread.metadata, R"({"keep":1,"change":1})");

  ASSERT_TRUE(commit({UpdateThread{.thread_id = "t",
                                   .now = 6,
                                   .merge_metadata = R"({"change":[2]})",
                                   .config = R"({"c":1})",
                                   .interrupts = R"({"i":[]})",
                                   .error = R"({"error":"E"})",
                                   .state_changed = true}}));
  thread = *storage().thread("t");
  EXPECT_EQ(thread.status, models::ThreadStatus::kBusy);
  EXPECT_EQ(thread.state_updated_at, 6);
  EXPECT_EQ(thread.metadata, R"({"keep":1,"change":[2]})");
  EXPECT_EQ(thread.config, R"({"c":1})");
  EXPECT_EQ(thread.interrupts, R"({"i":[]})");
  EXPECT_EQ(thread.error, R"({"error":"E"})");
}

TEST_P(ThreadsTest, DeleteTakesRunsAndCheckpoints) {
  insert("t", R"({"a":1})");
  ASSERT_TRUE(commit({InsertRun{make_run("r", "t")},
                      InsertCheckpoint{make_checkpoint("c", "t", {{"messages", 1, make_blob("[1]")}})}}));
  ASSERT_TRUE(commit({DeleteThread{"t"}}));
  EXPECT_FALSE(storage().run("t", "r"));
  insert("t", "{}");
  EXPECT_EQ(*storage().latest_checkpoint("t", ""), std::nullopt);
  ASSERT_TRUE(commit({InsertCheckpoint{make_checkpoint("c", "t", {{"messages", 1, make_blob("[2]")}})}}));
  EXPECT_EQ(values_json(**storage().latest_checkpoint("t", "")), R"({"messages":[2]})")
      << "the old value is gone";
  EXPECT_THAT(containing(R"({"a":1})"), IsEmpty());
}

TEST_P(ThreadsTest, PagesNewestFirstWithTheTrueTotal) {
  for (int i = 0; i < 5; ++i) insert(std::to_string(i), "{}", i);
  EXPECT_THAT(search({}, {2, 1}), ElementsAre("3", "2"));
  EXPECT_EQ(total_, 5);
  EXPECT_THAT(search({}, {2, 10}), IsEmpty());
  EXPECT_EQ(total_, 5);
  EXPECT_THAT(search({}, {-1, -1}), IsEmpty()) << "a negative limit is no licence for everything";
}

TEST_P(ThreadsTest, SortsByEveryOfferedColumn) {
  auto first = make_thread("b", 1);
  auto second = make_thread("a", 2);
  first.updated_at = 8;
  first.state_updated_at = 9;
  second.status = models::ThreadStatus::kBusy;
  ASSERT_TRUE(commit({InsertThread{first}, InsertThread{second}}));
  const auto ascending = [&](const char* column) {
    return search({.sort_by = column, .order = Order::kAscending});
  };
  EXPECT_THAT(ascending("thread_id"), ElementsAre("a", "b"));
  EXPECT_THAT(ascending("status"), ElementsAre("a", "b"));
  EXPECT_THAT(ascending("created_at"), ElementsAre("b", "a"));
  EXPECT_THAT(ascending("updated_at"), ElementsAre("a", "b"));
  EXPECT_THAT(ascending("state_updated_at"), ElementsAre("a", "b"));
  EXPECT_EQ(storage().threads({.sort_by = "metadata"}, {}).error().code, ErrorCode::kInvalid);
}

TEST_P(ThreadsTest, FiltersByStatusAndIds) {
  insert("a", "{}", 1);
  insert("b'\"", "{}", 2);
  ASSERT_TRUE(commit({UpdateThread{.thread_id = "a", .status = models::ThreadStatus::kError}}));
  EXPECT_THAT(search({.status = models::ThreadStatus::kError}), ElementsAre("a"));
  EXPECT_THAT(search({.ids = {"b'\"", "nobody"}}), ElementsAre("b'\""));
  EXPECT_THAT(search({.status = models::ThreadStatus::kError, .ids = {"b'\""}}), IsEmpty());
}

TEST_P(ThreadsTest, MetadataFilterIsContainment) {
  insert("t", R"({"graph_id":"echo","n":1,"on":true,"none":null,"deep":{"a":[1,{"b":2}]},"text":"1"})");
  for (const char* match : {"{}", R"({"graph_id":"echo"})", R"({"n":1})", R"({"n":1.0})", R"({"on":true})",
                            R"({"none":null})", R"({"deep":{"a":[{"b":2}]}})", R"({"n":1,"deep":{}})"}) {
    EXPECT_THAT(containing(match), ElementsAre("t")) << match;
  }
  for (const char* other :
       {R"({"graph_id":"ech"})", R"({"n":"1"})", R"({"text":1})", R"({"on":1})", R"({"n":true})",
        R"({"none":0})", R"({"missing":null})", R"({"deep":{"a":[3]}})", R"({"n":1,"on":false})"}) {
    EXPECT_THAT(containing(other), IsEmpty()) << other;
  }
}

TEST_P(ThreadsTest, MetadataFilterFollowsUpdates) {
  insert("t", R"({"owner":"ana","x":1})");
  ASSERT_TRUE(commit({UpdateThread{.thread_id = "t", .merge_metadata = R"({"owner":"eva"})"}}));
  EXPECT_THAT(containing(R"({"owner":"ana"})"), IsEmpty());
  EXPECT_THAT(containing(R"({"owner":"eva","x":1})"), ElementsAre("t"));
}

TEST_P(ThreadsTest, MetadataFilterFindsWhatTheIndexCannotHold) {
  const std::string longest(300, 'x');
  insert("long", R"({"k":")" + longest + R"("})");
  insert(
      "odd",
      R"({"a\u0000b":"c\u0000d","a":"kept","":7,"ключ":"знач","e":"\\\"\u0001","big":18446744073709551615})");
  EXPECT_THAT(containing(R"({"k":")" + longest + R"("})"), ElementsAre("long"));
  EXPECT_THAT(containing(R"({"k":")" + longest + R"(x"})"), IsEmpty());
  for (const char* match :
       {R"({"a\u0000b":"c\u0000d"})", R"({"a":"kept"})", R"({"":7})", R"({"ключ":"знач"})",
        R"({"e":"\\\"\u0001"})", R"({"big":18446744073709551615})"}) {
    EXPECT_THAT(containing(match), ElementsAre("odd")) << match;
  }
  EXPECT_THAT(containing(R"({"a\u0000b":"c"})"), IsEmpty());
}

TEST_P(ThreadsTest, RefusesAFilterThatIsNoObject) {
  for (const char* bad : {"", "[", "[1]", "7", "{\"a\":"}) {
    const auto found = storage().threads({.metadata_contains = bad}, {});
    ASSERT_FALSE(found) << bad;
    EXPECT_EQ(found.error().code, ErrorCode::kInvalid);
  }
}

TEST_P(ThreadsTest, CountsRows) {
  insert("t", "{}");
  ASSERT_TRUE(commit({InsertAssistant{make_assistant("a")}, InsertRun{make_run("r1", "t")},
                      InsertRun{make_run("r2", "t")}}));
  const auto counts = storage().counts();
  EXPECT_EQ(counts->assistants, 1);
  EXPECT_EQ(counts->threads, 1);
  EXPECT_EQ(counts->runs, 2);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ThreadsTest, testing::Values(Place::kMemory, Place::kFile), place_name);

}  // namespace
}  // namespace agenthost::storage
