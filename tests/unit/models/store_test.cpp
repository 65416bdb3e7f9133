#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/models/store_item.hpp"
#include "host/models/store_request.hpp"

namespace agenthost::models {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

bool matches(const std::string& value, const std::string& filter) {
  return matches_filter(*parse_json(value), *parse_json(filter));
}

TEST(StoreFilter, AsksForEqualityOfWholeFields) {
  EXPECT_TRUE(matches(R"({"a":1,"b":"x"})", R"({"a":1})"));
  EXPECT_TRUE(matches(R"({"a":1,"b":"x"})", R"({"a":1.0,"b":"x"})"));
  EXPECT_FALSE(matches(R"({"a":1,"b":"x"})", R"({"a":1,"b":"y"})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":"1"})"));
  EXPECT_TRUE(matches(R"({"a":{"x":1,"y":[2]}})", R"({"a":{"y":[2],"x":1}})"));
  EXPECT_FALSE(matches(R"({"a":{"x":1,"y":2}})", R"({"a":{"x":1}})"));
  EXPECT_TRUE(matches(R"({"a":{}})", R"({"a":{}})"));
  EXPECT_TRUE(matches(R"({})", R"({})"));
  EXPECT_TRUE(matches(R"({})", R"({"a":null})"));
}

TEST(StoreFilter, ComparesNumbersWithNumbersAndTextsWithTexts) {
  EXPECT_TRUE(matches(R"({"a":5})", R"({"a":{"$gt":2}})"));
  EXPECT_FALSE(matches(R"({"a":2})", R"({"a":{"$gt":2}})"));
  EXPECT_TRUE(matches(R"({"a":2})", R"({"a":{"$gte":2,"$lte":2.5}})"));
  EXPECT_FALSE(matches(R"({"a":3})", R"({"a":{"$gte":2,"$lt":3}})"));
  EXPECT_TRUE(matches(R"({"a":-1})", R"({"a":{"$lt":0}})"));
  EXPECT_TRUE(matches(R"({"a":9007199254740993})", R"({"a":{"$gt":9007199254740992}})"));
  EXPECT_TRUE(matches(R"({"a":"2026-02"})", R"({"a":{"$gt":"2026-01"}})"));
  EXPECT_FALSE(matches(R"({"a":"5"})", R"({"a":{"$gt":2}})"));
  EXPECT_FALSE(matches(R"({})", R"({"a":{"$gt":2}})"));
  EXPECT_FALSE(matches(R"({"a":[1]})", R"({"a":{"$gte":[1]}})"));
}

TEST(StoreFilter, KnowsListsAndExistence) {
  EXPECT_TRUE(matches(R"({"a":1})", R"({"a":{"$in":[1,2]}})"));
  EXPECT_FALSE(matches(R"({"a":3})", R"({"a":{"$in":[1,2]}})"));
  EXPECT_TRUE(matches(R"({"a":3})", R"({"a":{"$nin":[1,2]}})"));
  EXPECT_TRUE(matches(R"({})", R"({"a":{"$nin":[1,2]}})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$in":1}})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$nin":2}})"));
  EXPECT_TRUE(matches(R"({"a":null})", R"({"a":{"$exists":true}})"));
  EXPECT_TRUE(matches(R"({})", R"({"a":{"$exists":false}})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$exists":false}})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$exists":1}})"));
  EXPECT_TRUE(matches(R"({"a":1})", R"({"a":{"$eq":1}})"));
  EXPECT_TRUE(matches(R"({})", R"({"a":{"$ne":1}})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$ne":1}})"));
}

TEST(StoreFilter, MatchesNothingWithAnOperatorNobodyKnows) {
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$zz":1}})"));
  EXPECT_FALSE(matches(R"({"a":1})", R"({"a":{"$gt":0,"x":1}})"));
  EXPECT_FALSE(matches(R"([1])", R"({"a":{"$gt":0}})"));
}

TEST(StoreNamespace, HasGoodLabels) {
  EXPECT_TRUE(check_labels({}));
  EXPECT_TRUE(check_own_namespace({"u", "ñ 1", "*"}));
  EXPECT_EQ(check_own_namespace({}).error().text, "Namespace is required");
  for (const Namespace& bad : {Namespace{"a.b"}, {"a", ""}, {"a\x1f"}, {std::string("\0", 1)}}) {
    EXPECT_THAT(check_labels(bad).error().text,
                StartsWith("Namespace labels cannot be empty or contain periods"));
  }
  EXPECT_THAT(check_own_namespace({"langgraph", "x"}).error().text, HasSubstr("reserved"));
  EXPECT_TRUE(check_own_namespace({"x", "langgraph"}));
}

template <class Request>
std::string mistake(const std::string& body) {
  const auto request = Request::from_json(*parse_json(body));
  return request ? "none" : request.error().text;
}

TEST(StoreRequest, ReadsWhatTheClientsSend) {
  const auto put = StorePut::from_json(
      *parse_json(R"({"namespace":["a","b"],"key":"k","value":{"v":1},"index":false,"ttl":5})"));
  ASSERT_TRUE(put);
  EXPECT_EQ(put->name_space, (Namespace{"a", "b"}));
  EXPECT_EQ(put->value, R"({"v":1})");
  EXPECT_EQ(put->ttl_minutes, 5);
  const auto search =
      StoreSearch::from_json(*parse_json(R"({"namespace_prefix":null,"filter":null,"query":null})"));
  ASSERT_TRUE(search);
  EXPECT_EQ(search->limit, 10);
  EXPECT_EQ(NamespaceSearch::from_json(*parse_json("{}"))->limit, 100);
  EXPECT_EQ(StoreKey::from_json(*parse_json(R"({"key":"k","refresh_ttl":false})"))->refresh, RefreshTtl::kNo);
}

TEST(StoreRequest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(mistake<StorePut>(R"({"namespace":["a"],"key":"k"})"), "value: is required");
  EXPECT_EQ(mistake<StorePut>(R"({"namespace":["a"],"key":"k","value":"str"})"), "value: must be an object");
  EXPECT_EQ(mistake<StorePut>(R"({"namespace":["a"],"value":{}})"), "key: is required");
  EXPECT_THAT(mistake<StorePut>(R"({"namespace":[1],"key":"k","value":{}})"), StartsWith("namespace: "));
  for (const auto* ttl : {"0", "-1", "1e300", "\"5\""}) {
    EXPECT_THAT(
        mistake<StorePut>(std::string(R"({"namespace":["a"],"key":"k","value":{},"ttl":)") + ttl + "}"),
        StartsWith("ttl: "));
  }
  EXPECT_THAT(mistake<StorePut>(R"({"namespace":["a"],"key":"k","value":{},"index":"x"})"),
              StartsWith("index: "));
  EXPECT_THAT(mistake<StorePut>(R"({"namespace":["a"],"key":"k\u0000","value":{}})"), StartsWith("key: "));
  EXPECT_THAT(mistake<StoreSearch>(R"({"namespace_prefix":["a.b"]})"), StartsWith("namespace_prefix: "));
  EXPECT_THAT(mistake<StoreSearch>(R"({"filter":[]})"), StartsWith("filter: "));
  EXPECT_THAT(mistake<StoreSearch>(R"({"limit":0})"), StartsWith("limit: "));
  EXPECT_THAT(mistake<NamespaceSearch>(R"({"max_depth":0})"), StartsWith("max_depth: "));
}

}  // namespace
}  // namespace agenthost::models
