#include "host/base/json.hpp"

#include <gtest/gtest.h>

namespace agenthost {
namespace {

TEST(SplitObject, CutsEachMemberAsItsSourceText) {
  const auto members = split_object(R"( {"a": 1 , "b":{"c":[1, 2]},"d":"x\"y", "e":[],"f":null,"g":-1.50} )");
  ASSERT_TRUE(members) << members.error().text;
  ASSERT_EQ(members->size(), 6U);
  EXPECT_EQ((*members)[0].key, "a");
  EXPECT_EQ((*members)[0].text, "1");
  EXPECT_EQ((*members)[1].text, R"({"c":[1, 2]})");
  EXPECT_EQ((*members)[2].text, R"("x\"y")");
  EXPECT_EQ((*members)[3].text, "[]");
  EXPECT_EQ((*members)[4].text, "null");
  EXPECT_EQ((*members)[5].text, "-1.50");
}

TEST(SplitObject, PutsEveryValueOnOneLine) {
  const auto members = split_object("{\"a\":[1,\n 2]}");
  ASSERT_TRUE(members);
  EXPECT_EQ((*members)[0].text, "[1,2]");
}

TEST(SplitObject, KeepsTheLastOfARepeatedKey) {
  const auto members = split_object(R"({"a":1,"a":2})");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 1U);
  EXPECT_EQ((*members)[0].text, "2");
}

TEST(SplitObject, RefusesWhatIsNoObject) {
  for (const char* text : {"[1]", "1", "\"a\"", "null", "", "{", "{\"a\":1} x", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(split_object(text)) << text;
  }
}

TEST(ParseJson, SaysLineAndColumnOfTheMistake) {
  const auto parsed = parse_json("{\"a\":1,\n  bad}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().text, "line 2, column 3: Missing a name for object member.");
}

TEST(ParseJson, RefusesThousandfoldNesting) {
  const auto parsed = parse_json(std::string(1000, '[') + std::string(1000, ']'));
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().text.find("nested too deeply"), std::string::npos);
  const auto members = split_object("{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}");
  ASSERT_FALSE(members);
  EXPECT_NE(members.error().text.find("nested too deeply"), std::string::npos);
}

TEST(ParseJson, RefusesBytesBehindTheDocument) {
  EXPECT_FALSE(parse_json("{}{}"));
  EXPECT_FALSE(parse_json(std::string_view("{}\0x", 4)));
}

TEST(ParseJson, RefusesHalfASurrogatePair) {
  for (const auto* text : {R"(["\udc00"])", R"(["\ud800"])", R"({"\udfff":1})", R"(["\udc00\ud800"])"}) {
    EXPECT_FALSE(parse_json(text).has_value()) << text;
    EXPECT_FALSE(split_object(R"({"x":)" + std::string(text) + "}").has_value()) << text;
  }
  EXPECT_EQ(as_view((*parse_json(R"(["\ud83d\ude00"])"))[0]), "\xF0\x9F\x98\x80");
  EXPECT_EQ(as_view((*parse_json("[\"\xED\x9F\xBF\"]"))[0]), "\xED\x9F\xBF");  // the last before them
}

TEST(MergeObjects, LaterWinsAtTheTop) {
  EXPECT_EQ(merge_objects(R"({"a":1,"b":{"x":1}})", R"({"b":{"y":2},"c":3})"),
            R"({"a":1,"b":{"y":2},"c":3})");
  EXPECT_EQ(merge_objects("", "{}"), "{}");
}

TEST(Contains, IsRecursiveForObjectsAndAnyOfForArrays) {
  const auto value = parse_json(R"({"a":{"b":1,"c":2},"l":[1,{"k":"v","z":0}]})");
  const auto matches = [&](const char* pattern) { return contains(*value, *parse_json(pattern)); };
  EXPECT_TRUE(matches(R"({})"));
  EXPECT_TRUE(matches(R"({"a":{"b":1}})"));
  EXPECT_TRUE(matches(R"({"l":[{"k":"v"}]})"));
  EXPECT_FALSE(matches(R"({"a":{"b":2}})"));
  EXPECT_FALSE(matches(R"({"l":[3]})"));
}

}  // namespace
}  // namespace agenthost
