// Searches of random threads, in every order and in pages, against a filter and a sort in plain C++.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "host/base/json.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using models::ThreadStatus;
using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr std::array kKeys{"thread_id", "status", "created_at", "updated_at", "state_updated_at"};

class SearchedThreads : public testing::Test {
 protected:
  explicit SearchedThreads() : storage_(open_or_die("")) {}

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  std::string some_metadata() {
    static const std::array<const char*, 6> kMembers{R"("owner":"ann")",
                                                     R"("owner":"bob")",
                                                     R"("a":{"b":1,"c":{"d":true}})",
                                                     R"("a":{"b":2,"c":[]})",
                                                     R"("tags":["x","y",{"z":1}])",
                                                     R"("tags":["y",["x"]])"};
    std::string text = "{";
    const auto first = pick(3);
    for (auto i = first; i < kMembers.size(); i += 2 + pick(2))
      text += (text.size() > 1 ? "," : "") + std::string(kMembers.at(i));
    return text + "}";
  }

  // The threads as they are stored, in the order of their creation.
  void make(int count) {
    Batch batch;
    for (int i = 0; i < count; ++i) {
      auto thread = make_thread(std::to_string(random_()), i + 1);
      thread.metadata = some_metadata();
      threads_.push_back(thread);
      batch.push_back(InsertThread{std::move(thread)});
    }
    ASSERT_TRUE(commit(*storage_, std::move(batch)));
  }

  void change_some() {
    Batch batch;
    for (int i = 0; i < 40; ++i) {
      auto& thread = threads_.at(pick(static_cast<unsigned>(threads_.size())));
      UpdateThread change{.thread_id = thread.thread_id, .now = 1'000 + static_cast<Micros>(pick(50))};
      thread.updated_at = change.now;
      thread.status = static_cast<ThreadStatus>(pick(4));
      change.status = thread.status;
      if (pick(2) == 0) {
        change.merge_metadata = some_metadata();
        thread.metadata = merge_objects(thread.metadata, *change.merge_metadata);
      }
      batch.push_back(change);
    }
    for (int i = 0; i < 5; ++i) {
      const auto gone = threads_.begin() + pick(static_cast<unsigned>(threads_.size()));
      batch.push_back(DeleteThread{gone->thread_id});
      threads_.erase(gone);
    }
    ASSERT_TRUE(commit(*storage_, std::move(batch)));
  }

  std::vector<std::string> expected(const ThreadFilter& filter) {
    std::vector<const models::Thread*> kept;
    for (const auto& thread : threads_) {
      const bool wanted = !filter.metadata_contains ||
                          contains(*parse_json(thread.metadata), *parse_json(*filter.metadata_contains));
      if (wanted && (!filter.status || thread.status == *filter.status)) kept.push_back(&thread);
    }
    const auto key = [&](const models::Thread& thread) -> std::pair<std::string, Micros> {
      if (filter.sort_by == "thread_id") return {thread.thread_id, 0};
      if (filter.sort_by == "status") return {std::string(to_string(thread.status)), 0};
      if (filter.sort_by == "updated_at") return {"", thread.updated_at};
      return {"", filter.sort_by == "created_at" ? 0 : thread.state_updated_at};
    };
    std::stable_sort(kept.begin(), kept.end(),
                     [&](const auto* one, const auto* other) { return key(*one) < key(*other); });
    if (filter.order == Order::kDescending) std::reverse(kept.begin(), kept.end());
    std::vector<std::string> ids;
    for (const auto* thread : kept) ids.push_back(thread->thread_id);
    return ids;
  }

  void check(ThreadFilter filter) {
    for (const char* key : kKeys) {
      for (const auto order : {Order::kAscending, Order::kDescending}) {
        filter.sort_by = key;
        filter.order = order;
        const auto all = expected(filter);
        const auto offset = pick(static_cast<unsigned>(all.size()) + 3);
        const auto found = storage_->threads(filter, {7, static_cast<int>(offset)});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->total, static_cast<int>(all.size()));
        std::vector<std::string> page, ids;
        for (auto i = offset; i < all.size() && page.size() < 7; ++i) page.push_back(all[i]);
        for (const auto& thread : found->rows) ids.push_back(thread.thread_id);
        EXPECT_THAT(ids, ElementsAreArray(page)) << key << " from " << offset;
      }
    }
  }

  std::mt19937 random_{11};
  std::unique_ptr<Storage> storage_;
  std::vector<models::Thread> threads_;
};

TEST_F(SearchedThreads, AreWhatAFilterAndASortSay) {
  make(150);
  for (int round = 0; round < 4; ++round) {
    change_some();
    check({});
    check({.status = ThreadStatus::kBusy});
    for (const char* metadata :
         {"{}", R"({"owner":"ann"})", R"({"a":{"b":1}})", R"({"a":{"c":{"d":true}},"owner":"ann"})",
          R"({"a":{}})", R"({"a":{"c":[]}})", R"({"tags":["x"]})", R"({"tags":["y","x"]})",
          R"({"tags":[["x"]]})", R"({"tags":"x"})", R"({"tags":[]})", R"({"tags":[{"z":1},"x"]})",
          R"({"nobody":1})"}) {
      check({.metadata_contains = metadata});
      check({.metadata_contains = metadata, .status = ThreadStatus::kIdle});
    }
  }
}

TEST_F(SearchedThreads, AreFoundByWhatLooksAlike) {
  Batch batch;
  for (const char* metadata : {R"({"a/b":1})", R"({"a":{"b":1}})", R"({"a~1b":1})", R"({"":{"a":1}})",
                               R"({"a":1})", R"({"status":"idle"})"}) {
    auto thread = make_thread(metadata);
    thread.metadata = metadata;
    batch.push_back(InsertThread{thread});
  }
  ASSERT_TRUE(commit(*storage_, batch));
  for (const auto& write : batch) {
    const auto& metadata = std::get<InsertThread>(write).thread.metadata;
    const auto found = storage_->threads({.metadata_contains = metadata}, {});
    ASSERT_EQ(found->rows.size(), 1U) << metadata;
    EXPECT_EQ(found->rows.front().thread_id, metadata);
  }
}

TEST_F(SearchedThreads, MayHaveMetadataWithVeryManyMembersAndLevels) {
  auto wide = make_thread("wide");
  wide.metadata = "{";
  for (int i = 0; i < 20'000; ++i)
    wide.metadata += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(i);
  wide.metadata += "}";
  auto deep = make_thread("deep");
  deep.metadata = "1";
  for (int i = 0; i < 60; ++i) deep.metadata = "{\"longish key\":" + deep.metadata + "}";
  ASSERT_TRUE(commit(*storage_, {InsertThread{wide}, InsertThread{deep}}));
  EXPECT_EQ(storage_->threads({.metadata_contains = R"({"k19999":19999})"}, {})->total, 1);
  EXPECT_EQ(storage_->threads({.metadata_contains = deep.metadata}, {})->total, 1);
  ASSERT_TRUE(commit(*storage_, {DeleteThread{"wide"}, DeleteThread{"deep"}}));
  EXPECT_EQ(storage_->threads({}, {})->total, 0);
}

}  // namespace
}  // namespace agenthost::storage
