#include <gmock/gmock.h>

#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using models::Namespace;
using testing::ElementsAre;
using testing::IsEmpty;

class StoreTest : public StorageTest {
 protected:
  void put(const Namespace& name_space, const std::string& key, const std::string& value = "{}",
           Micros now = 1, std::optional<Micros> ttl = {}) {
    ASSERT_TRUE(commit({PutStoreItem{{name_space, key, value, now, now, false}, ttl}}));
  }
  std::string value_of(const Namespace& name_space, const std::string& key, Micros now = 1) {
    const auto item = storage().store_item(name_space, key, now);
    if (!item) return item.error().text;
    return *item ? (*item)->value : "nothing";
  }
  std::vector<std::string> keys(const StoreFilter& filter, Page page = {}) {
    const auto found = storage().store_items(filter, page);
    if (!found) return {found.error().text};
    std::vector<std::string> out;
    for (const auto& item : *found) out.push_back(item.key);
    return out;
  }
  std::vector<Namespace> namespaces(const NamespaceFilter& filter, Page page = {100, 0}) {
    return storage().store_namespaces(filter, page).value();
  }
};

TEST_P(StoreTest, GivesBackWhatWasPut) {
  put({"u", "ñ 1"}, "k", R"({"a":1})", 7);
  const auto item = storage().store_item({"u", "ñ 1"}, "k", 8);
  ASSERT_TRUE(item && *item);
  EXPECT_EQ(
      to_json(**item),
      R"({"namespace":["u","ñ 1"],"key":"k","value":{"a":1},"created_at":"1970-01-01T00:00:00.000007+00:00",)"
      R"("updated_at":"1970-01-01T00:00:00.000007+00:00"})");
  EXPECT_EQ(value_of({"u"}, "k"), "nothing");
  EXPECT_EQ(value_of({}, "k"), "nothing");
}

TEST_P(StoreTest, PutAgainReplacesButKeepsWhenItWasMade) {
  put({"u"}, "k", R"({"a":1})", 1);
  put({"u"}, "k", R"({"a":2})", 5);
  const auto item = *storage().store_item({"u"}, "k", 6);
  EXPECT_EQ(item->value, R"({"a":2})");
  EXPECT_EQ(item->created_at, 1);
  EXPECT_EQ(item->updated_at, 5);
}

TEST_P(StoreTest, DeleteForgetsAndIsHappyWithNothing) {
  put({"u"}, "k");
  put({"u"}, "other");
  ASSERT_TRUE(commit({DeleteStoreItem{{"u"}, "k"}}));
  ASSERT_TRUE(commit({DeleteStoreItem{{"u"}, "k"}}));
  EXPECT_THAT(keys({}), ElementsAre("other"));
}

TEST_P(StoreTest, SearchFindsWholeLabelsBelowThePrefixLastChangedFirst) {
  put({"u"}, "at", "{}", 1);
  put({"u", "1"}, "below", "{}", 2);
  put({"u", "1", "x"}, "deeper", "{}", 3);
  put({"u-2"}, "sibling", "{}", 4);
  put({"u2"}, "other", "{}", 5);
  EXPECT_THAT(keys({.prefix = {"u"}}), ElementsAre("deeper", "below", "at"));
  EXPECT_THAT(keys({.prefix = {"u", "1"}}), ElementsAre("deeper", "below"));
  EXPECT_THAT(keys({}), ElementsAre("other", "sibling", "deeper", "below", "at"));
  EXPECT_THAT(keys({}, {2, 1}), ElementsAre("sibling", "deeper"));
  EXPECT_THAT(keys({.prefix = {"*"}}), IsEmpty());
}

TEST_P(StoreTest, SearchFiltersByValue) {
  put({"u"}, "one", R"({"a":1})", 1);
  put({"u"}, "five", R"({"a":5})", 2);
  put({"u"}, "none", "{}", 3);
  EXPECT_THAT(keys({.value_matches = R"({"a":{"$gte":1}})"}), ElementsAre("five", "one"));
  EXPECT_THAT(keys({.prefix = {"u"}, .value_matches = R"({"a":1})"}), ElementsAre("one"));
}

TEST_P(StoreTest, ListsNamespacesInOrderEachOnce) {
  for (const Namespace& name_space :
       {Namespace{"u", "2"}, {"u", "1"}, {"u"}, {"u-x", "1"}, {"a", "b", "c"}}) {
    put(name_space, "k1");
    put(name_space, "k2");
  }
  EXPECT_THAT(namespaces({}), ElementsAre(Namespace{"a", "b", "c"}, Namespace{"u"}, Namespace{"u", "1"},
                                          Namespace{"u", "2"}, Namespace{"u-x", "1"}));
  EXPECT_THAT(namespaces({.max_depth = 1}), ElementsAre(Namespace{"a"}, Namespace{"u"}, Namespace{"u-x"}));
  EXPECT_THAT(namespaces({.max_depth = 1}, {1, 1}), ElementsAre(Namespace{"u"}));
  EXPECT_THAT(namespaces({.prefix = {"u"}, .max_depth = 1}), ElementsAre(Namespace{"u"}));
  EXPECT_THAT(namespaces({.suffix = {"1"}}), ElementsAre(Namespace{"u", "1"}, Namespace{"u-x", "1"}));
  EXPECT_THAT(namespaces({.prefix = {"*", "1"}}), ElementsAre(Namespace{"u", "1"}, Namespace{"u-x", "1"}));
  EXPECT_THAT(namespaces({.prefix = {"a"}, .suffix = {"*", "c"}}), ElementsAre(Namespace{"a", "b", "c"}));
  EXPECT_THAT(namespaces({.prefix = {"b"}}), IsEmpty());
}

TEST_P(StoreTest, WhatIsOverIsNotThere) {
  put({"u"}, "k", R"({"a":1})", 10, 5);
  EXPECT_EQ(value_of({"u"}, "k", 14), R"({"a":1})");
  EXPECT_EQ(value_of({"u"}, "k", 15), "nothing");
  EXPECT_THAT(keys({.now = 15}), IsEmpty());
  EXPECT_THAT(namespaces({.now = 15}), IsEmpty());
  EXPECT_THAT(namespaces({.now = 14}), ElementsAre(Namespace{"u"}));
  put({"u"}, "k", "{}", 20);
  EXPECT_EQ((*storage().store_item({"u"}, "k", 21))->created_at, 20) << "a new item, not the old one";
}

TEST_P(StoreTest, RefreshGivesTheWholeTimeAgainToWhatStillLives) {
  put({"u"}, "k", "{}", 10, 5);
  put({"u"}, "stays", "{}", 10);
  const auto refresh = [&](Micros now) {
    return commit({RefreshStoreItems{{{{"u"}, "k"}, {{"u"}, "stays"}, {{"u"}, "unknown"}}, now}});
  };
  ASSERT_TRUE(refresh(14));
  EXPECT_EQ(value_of({"u"}, "k", 18), "{}");
  ASSERT_TRUE(refresh(19));
  EXPECT_EQ(value_of({"u"}, "k", 19), "nothing");
  EXPECT_EQ(value_of({"u"}, "stays", 1'000), "{}");
}

TEST_P(StoreTest, SweepReallyDeletesAFewAtATime) {
  put({"u"}, "stays");
  for (int n = 0; n < 5; ++n) put({"u"}, "k" + std::to_string(n), "{}", 10, 5 + n);
  EXPECT_EQ(storage().next_store_expiry().value(), 15);
  ASSERT_TRUE(commit({SweepStore{17, 2}}));
  EXPECT_EQ(keys({.now = 10}).size(), 4u);
  ASSERT_TRUE(commit({SweepStore{17, 2}}));
  EXPECT_THAT(keys({.now = 10}), ElementsAre("k4", "k3", "stays"));
  EXPECT_EQ(storage().next_store_expiry().value(), 18);
  ASSERT_TRUE(commit({SweepStore{100, 2}}));
  EXPECT_EQ(storage().next_store_expiry().value(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, StoreTest, testing::Values(Place::kMemory, Place::kFile), place_name);

}  // namespace
}  // namespace agenthost::storage
