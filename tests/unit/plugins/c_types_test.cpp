#include "host/plugins/c_types.hpp"

#include <gtest/gtest.h>

namespace agenthost::plugins {
namespace {

TEST(OwnedBytes, ReleasesOnceAlthoughTheStructIsPassedTwice) {
  static int releases = 0;
  releases = 0;
  agent_bytes bytes{reinterpret_cast<const std::uint8_t*>("{}"), 2, nullptr,
                    [](agent_bytes*) noexcept { ++releases; }};
  {
    const OwnedBytes first(&bytes);
    const OwnedBytes second(&bytes);
    EXPECT_EQ(first.text(), "{}");
    EXPECT_EQ(second.text(), "");
  }
  EXPECT_EQ(releases, 1);
}

TEST(OwnedBytes, TakesNullAndStaticData) {
  EXPECT_EQ(OwnedBytes(nullptr).text(), "");
  agent_bytes no_data{nullptr, 7, nullptr, nullptr};
  EXPECT_EQ(OwnedBytes(&no_data).text(), "");
}

TEST(View, ReadsNullWithASizeAsEmpty) {
  EXPECT_EQ(view({nullptr, 5}), "");
}

TEST(CodeOf, KeepsGrpcNumbersAndMapsStrangersToUnknown) {
  EXPECT_EQ(code_of(AGENT_UNAVAILABLE), ErrorCode::kUnavailable);
  for (const agent_status strange : {AGENT_OK, AGENT_MORE, AGENT_WOULD_BLOCK, AGENT_INTERRUPTED, -1, 4711}) {
    EXPECT_EQ(code_of(strange), ErrorCode::kUnknown) << strange;
  }
  EXPECT_EQ(status_name(AGENT_DENIED), "AGENT_DENIED");
  EXPECT_EQ(status_name(4711), "status 4711");
}

TEST(Printable, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(printable("señal \xF0\x9F\x98\x80"), "señal \xF0\x9F\x98\x80");
  EXPECT_EQ(printable("a\xFF"
                      "b"),
            "a?b");
  EXPECT_EQ(printable("\xC0\xAF"), "??");            // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "???");       // a surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "????");  // beyond Unicode
  EXPECT_EQ(printable("\xE2\x82"), "??");            // cut off
}

TEST(Printable, CutsLongText) {
  const auto text = printable(std::string(100'000, 'x'));
  EXPECT_EQ(text.size(), 8'195U);
  EXPECT_EQ(text.substr(8'190), "xx...");
}

}  // namespace
}  // namespace agenthost::plugins
