#include "host/base/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace agenthost {
namespace {

TEST(SystemAssistantId, IsTheOneLangGraphsDocumentationPrints) {
  EXPECT_EQ(system_assistant_id("agent"), "fe096781-5601-53d2-b2f6-0d3403f7e9ca");
  EXPECT_EQ(system_assistant_id("a b"), "d4218b24-db32-5c71-aeb8-88394d23025e");
  EXPECT_EQ(system_assistant_id("\xc3\xa9"), "db71dbd6-983d-5e8e-a24b-b67e528db81d");
}

TEST(NewCheckpointId, SortsAsTextByCreation) {
  std::string previous;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = new_checkpoint_id();
    ASSERT_TRUE(is_uuid(id));
    ASSERT_GT(id, previous);
    previous = id;
  }
}

TEST(NewUuid7, IsAUuidAndUnique) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = new_uuid7();
    ASSERT_TRUE(is_uuid(id));
    ASSERT_EQ(id[14], '7');
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(DerivedUuid, IsTheSameForTheSameNamesOnly) {
  const auto parent = new_checkpoint_id();
  const auto id = derived_uuid(parent, "node");
  EXPECT_TRUE(is_uuid(id));
  EXPECT_EQ(id, derived_uuid(parent, "node"));
  EXPECT_NE(id, derived_uuid(parent, "nodf"));
  EXPECT_NE(id, derived_uuid(new_checkpoint_id(), "node"));
  EXPECT_NE(derived_uuid("a", "bc"), derived_uuid("ab", "c"));
}

TEST(IsUuid, RefusesEverythingElse) {
  for (const char* text : {"", "x", "fe096781560153d2b2f60d3403f7e9ca",
                           "fe096781-5601-53d2-b2f6-0d3403f7e9cg", "fe096781-5601-53d2-b2f6-0d3403f7e9ca "}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
}

TEST(FormatTime, HasMicrosecondsAndAZone) {
  EXPECT_EQ(format_time(1'700'000'000'123'456), "2023-11-14T22:13:20.123456+00:00");
}

}  // namespace
}  // namespace agenthost
