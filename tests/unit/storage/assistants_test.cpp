#include <gmock/gmock.h>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> ids(const Found<models::Assistant>& found) {
  std::vector<std::string> out;
  for (const auto& assistant : found.rows) out.push_back(assistant.assistant_id);
  return out;
}

using AssistantsTest = StorageTest;

TEST_P(AssistantsTest, GivesBackEveryMember) {
  auto assistant = make_assistant("a", 7);
  assistant.name = "Ana \"la\" lista\n";
  assistant.description = "what it does";
  assistant.version = 3;
  assistant.config = R"({"recursion_limit":5})";
  assistant.context = R"({"k":[1.50,1e3]})";
  assistant.metadata = R"({"team":"ctm"})";
  assistant.updated_at = 9;
  ASSERT_TRUE(commit({InsertAssistant{assistant}}));

  const auto found = storage().assistant("a");
  ASSERT_TRUE(found);
  EXPECT_EQ(to_json(*found), to_json(assistant));
}

TEST_P(AssistantsTest, KnowsAbsentFromEmptyDescription) {
  auto empty = make_assistant("empty");
  empty.description = "";
  ASSERT_TRUE(commit({InsertAssistant{make_assistant("absent")}, InsertAssistant{empty}}));
  EXPECT_EQ(storage().assistant("absent")->description, std::nullopt);
  EXPECT_EQ(storage().assistant("empty")->description, "");
}

TEST_P(AssistantsTest, SaysWhatIsMissingOrTaken) {
  EXPECT_EQ(storage().assistant("x").error().text, "Assistant with ID x not found");
  EXPECT_EQ(commit({UpdateAssistant{.assistant_id = "x"}}).error().text, "Assistant with ID x not found");
  EXPECT_EQ(commit({DeleteAssistant{"x"}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(storage().assistant_versions("x", {}, {}).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(commit({InsertAssistant{make_assistant("a")}}));
  const auto again = commit({InsertAssistant{make_assistant("a")}});
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(again.error().text, "Assistant already exists");
}

TEST_P(AssistantsTest, UpdateMakesTheNextVersionAndMergesMetadata) {
  auto assistant = make_assistant("a");
  assistant.metadata = R"({"keep":1,"change":1})";
  ASSERT_TRUE(commit({InsertAssistant{assistant}}));
  ASSERT_TRUE(commit({UpdateAssistant{.assistant_id = "a",
                                      .config = R"({"x":1})",
                                      .metadata = R"({"change":2})",
                                      .name = "New",
                                      .now = 50}}));
  const auto found = storage().assistant("a");
  EXPECT_EQ(found->version, 2);
  EXPECT_EQ(found->name, "New");
  EXPECT_EQ(found->config, R"({"x":1})");
  EXPECT_EQ(found->graph_id, "echo");
  EXPECT_EQ(found->metadata, R"({"keep":1,"change":2})");
  EXPECT_EQ(found->created_at, 1);
  EXPECT_EQ(found->updated_at, 50);
}

TEST_P(AssistantsTest, OlderVersionComesBackWholeAndTheNextOneIsStillNew) {
  auto first = make_assistant("a");
  first.context = R"({"c":1})";
  first.description = "first";
  ASSERT_TRUE(commit({InsertAssistant{first}}));
  ASSERT_TRUE(commit({UpdateAssistant{
      .assistant_id = "a", .graph_id = "other", .context = "{}", .description = "second", .now = 2}}));
  ASSERT_TRUE(commit({SetAssistantVersion{"a", 1, 3}}));
  first.updated_at = 3;
  EXPECT_EQ(to_json(*storage().assistant("a")), to_json(first));

  ASSERT_TRUE(commit({UpdateAssistant{.assistant_id = "a", .name = "third", .now = 4}}));
  EXPECT_EQ(storage().assistant("a")->version, 3);
  EXPECT_EQ(commit({SetAssistantVersion{"a", 9, 5}}).error().text, "Assistant version not found");
}

TEST_P(AssistantsTest, ListsVersionsNewestFirst) {
  ASSERT_TRUE(commit({InsertAssistant{make_assistant("a")}, UpdateAssistant{.assistant_id = "a", .now = 20},
                      UpdateAssistant{.assistant_id = "a", .now = 30}}));
  const auto page = storage().assistant_versions("a", {}, {2, 0});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total, 3);
  ASSERT_EQ(page->rows.size(), 2u);
  EXPECT_EQ(page->rows[0].version, 3);
  EXPECT_EQ(page->rows[0].created_at, 30);
  EXPECT_EQ(page->rows[1].version, 2);
}

TEST_P(AssistantsTest, DeleteTakesVersionsAndOnlyTheAskedForThreads) {
  auto bound = make_thread("bound");
  bound.metadata = R"({"assistant_id":"a"})";
  auto other = make_thread("other");
  other.metadata = R"({"assistant_id":"b","note":"a"})";
  ASSERT_TRUE(commit({InsertAssistant{make_assistant("a")}, InsertThread{bound}, InsertThread{other},
                      InsertRun{make_run("r", "bound")}}));
  ASSERT_TRUE(commit({DeleteAssistant{"a"}}));
  EXPECT_TRUE(storage().thread("bound"));

  ASSERT_TRUE(commit({InsertAssistant{make_assistant("a")}}));
  EXPECT_EQ(storage().assistant_versions("a", {}, {})->total, 1)
      << "the old versions went with the old assistant";
  ASSERT_TRUE(commit({DeleteAssistant{"a", WithThreads::kYes}}));
  EXPECT_FALSE(storage().thread("bound"));
  EXPECT_FALSE(storage().run("bound", "r"));
  EXPECT_TRUE(storage().thread("other"));
}

TEST_P(AssistantsTest, FiltersByGraphNameAndMetadata) {
  auto one = make_assistant("1", 1);
  one.graph_id = "ctm";
  one.name = "100%_Sure";
  one.metadata = R"({"team":{"id":7,"name":"x"}})";
  ASSERT_TRUE(commit({InsertAssistant{one}, InsertAssistant{make_assistant("2", 2)}}));
  EXPECT_THAT(ids(*storage().assistants({.graph_id = "ctm"}, {})), ElementsAre("1"));
  EXPECT_THAT(ids(*storage().assistants({.name_contains = "%_sURE"}, {})), ElementsAre("1"));
  EXPECT_THAT(ids(*storage().assistants({.name_contains = "_n"}, {})), ElementsAre());
  EXPECT_THAT(ids(*storage().assistants({.metadata_contains = R"({"team":{"id":7}})"}, {})),
              ElementsAre("1"));
  EXPECT_THAT(ids(*storage().assistants({.metadata_contains = "{}"}, {})), ElementsAre("2", "1"));
}

TEST_P(AssistantsTest, SortsByEveryOfferedColumnAndRefusesOthers) {
  auto first = make_assistant("a", 2);
  auto second = make_assistant("b", 1);
  first.name = "y";
  second.name = "z";
  second.updated_at = 9;
  ASSERT_TRUE(commit({InsertAssistant{first}, InsertAssistant{second}}));
  const auto ascending = [&](const char* column) {
    return ids(*storage().assistants({.sort_by = column, .order = Order::kAscending}, {}));
  };
  EXPECT_THAT(ascending("assistant_id"), ElementsAre("a", "b"));
  EXPECT_THAT(ascending("name"), ElementsAre("a", "b"));
  EXPECT_THAT(ascending("graph_id"), ElementsAre("a", "b"));
  EXPECT_THAT(ascending("created_at"), ElementsAre("b", "a"));
  EXPECT_THAT(ascending("updated_at"), ElementsAre("a", "b"));
  const auto bad = storage().assistants({.sort_by = "name; DROP TABLE assistants"}, {});
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(bad.error().text, HasSubstr("assistant_id, graph_id, name"));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, AssistantsTest, testing::Values(Place::kMemory, Place::kFile),
                         place_name);

}  // namespace
}  // namespace agenthost::storage
