#include "host/outbound/json_answer.hpp"

#include <gtest/gtest.h>

namespace agenthost::outbound {
namespace {

constexpr std::string_view kSchema =
    R"({"type":"object","required":["score"],"properties":{"score":{"type":"number","maximum":1},
        "tags":{"type":"array","items":{"type":"string"}}}})";

TEST(ValidatedJson, IsFoundBareFencedAndAmongWords) {
  EXPECT_EQ(*validated_json(" {\"score\": 0.5}\n", kSchema), R"({"score":0.5})");
  EXPECT_EQ(*validated_json("```json\n{\"score\":0.5}\n```", kSchema), R"({"score":0.5})");
  EXPECT_EQ(*validated_json("Sure!\n```\n{\"score\":1}", kSchema), R"({"score":1})");
  EXPECT_EQ(*validated_json("Here you are: {\"score\":1} Anything else?", kSchema), R"({"score":1})");
}

TEST(ValidatedJson, SaysWhereItFails) {
  const auto broken = validated_json(R"({"score":0.5,"tags":["a",2]})", kSchema);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kInvalid);
  EXPECT_NE(broken.error().text.find("\"type\" at #/tags/1"), std::string::npos) << broken.error().text;
  EXPECT_FALSE(validated_json(R"({"score":2})", kSchema));
  EXPECT_FALSE(validated_json("{}", kSchema));
  EXPECT_FALSE(validated_json("", kSchema));
  EXPECT_FALSE(validated_json("I would rather not.", kSchema));
  EXPECT_FALSE(validated_json("}{", kSchema));
}

TEST(ValidatedJson, FollowsReferencesIntoTheSchema) {
  constexpr std::string_view kTree =
      R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","required":["name"],
          "properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}})";
  EXPECT_TRUE(validated_json(R"({"name":"a","children":[{"name":"b"}]})", kTree));
  EXPECT_FALSE(validated_json(R"({"name":"a","children":[{"name":7}]})", kTree));
}

class BadSchema : public testing::TestWithParam<const char*> {};

TEST_P(BadSchema, IsRefusedAndSurvived) {
  const auto good = check_schema(GetParam());
  ASSERT_FALSE(good);
  EXPECT_EQ(good.error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(validated_json("{}", GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Hostile, BadSchema,
                         testing::Values("[]", "nonsense", R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})",
                                         R"({"$ref":"#/a","a":{"$ref":"#/b"},"b":{"$ref":"#/a"}})",
                                         R"({"$ref":"http://evil.test/schema"})", R"({"$ref":"#/nowhere"})",
                                         R"({"not":{"anyOf":[{"$ref":"#"}]}})",
                                         R"({"properties":{"a":{"oneOf":[{"$ref":"#/properties/a"}]}}})",
                                         R"({"pattern":"((a{100}){100}){100}"})",
                                         R"({"patternProperties":{"a{999999999}":{}}})"));

TEST(CheckSchema, TakesOrdinaryPatterns) {
  EXPECT_TRUE(check_schema(R"({"pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})"));
}

}  // namespace
}  // namespace agenthost::outbound
