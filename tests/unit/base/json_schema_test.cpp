#include "host/base/json_schema.hpp"

#include <gtest/gtest.h>

namespace agenthost {
namespace {

TEST(JsonSchema, OutlivesItsTextAndSaysWhereAValueBreaksIt) {
  std::string text =
      R"({"type":"object","properties":{"tags":{"type":"array","items":{"$ref":"#/$defs/tag"}}},
                         "$defs":{"tag":{"type":"string"}}})";
  const auto schema = JsonSchema::parse(text);
  text.assign(text.size(), 'x');
  ASSERT_TRUE(schema);
  EXPECT_TRUE(schema->check(*parse_json(R"({"tags":["a"]})")));
  const auto broken = schema->check(*parse_json(R"({"tags":["a",2]})"));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kInvalid);
  EXPECT_NE(broken.error().text.find(R"(breaks "type" at #/tags/1)"), std::string::npos)
      << broken.error().text;
}

}  // namespace
}  // namespace agenthost
