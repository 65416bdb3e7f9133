#include "host/runtime/reducers.hpp"

#include <gtest/gtest.h>

namespace agenthost::runtime {
namespace {

std::string put(Reducer reducer, const JsonBlob& current, std::string write) {
  const Channel channel{"c", reducer, nullptr};
  auto normalized = normalize_write(channel, std::move(write));
  if (!normalized) return "refused: " + normalized.error().text;
  const auto value = reduce(channel, current, *normalized);
  return value ? **value : "refused: " + value.error().text;
}

TEST(Append, JoinsListsAndTakesASingleElement) {
  EXPECT_EQ(put(Reducer::kAppend, nullptr, "[1]"), "[1]");
  EXPECT_EQ(put(Reducer::kAppend, make_blob("[1]"), "[2,[3]]"), "[1,2,[3]]");
  EXPECT_EQ(put(Reducer::kAppend, make_blob("[]"), "\"x\""), "[\"x\"]");
  EXPECT_EQ(put(Reducer::kAppend, make_blob("[ ]"), "[]"), "[]");
  EXPECT_EQ(put(Reducer::kAppend, make_blob("[\"]\"]"), "[\"[\"]"), "[\"]\",\"[\"]");
}

TEST(Merge, OverlaysTheTopLevelAndRefusesScalars) {
  EXPECT_EQ(put(Reducer::kMerge, make_blob(R"({"a":1,"b":2})"), R"({"b":3})"), R"({"a":1,"b":3})");
  EXPECT_EQ(put(Reducer::kMerge, nullptr, "1"),
            "refused: channel \"c\": its reducer is merge, so a write must be an object");
}

TEST(Messages, CompletesWhatClientsSendAndKeepsTheirIds) {
  EXPECT_EQ(put(Reducer::kMessages, make_blob("[]"), R"({"role":"user","content":"hi","id":"1"})"),
            R"([{"content":"hi","id":"1","type":"human","additional_kwargs":{},"response_metadata":{}}])");
  EXPECT_EQ(put(Reducer::kMessages, make_blob("[]"), R"([{"role":"assistant","content":"yo","id":"2"}])"),
            R"([{"content":"yo","id":"2","type":"ai","additional_kwargs":{},"response_metadata":{},)"
            R"("tool_calls":[],"invalid_tool_calls":[]}])");
}

TEST(Messages, GivesAnIdToATextAndToAPair) {
  const auto text = put(Reducer::kMessages, make_blob("[]"), "\"hi\"");
  EXPECT_NE(text.find(R"("type":"human")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("id":")"), std::string::npos) << text;
  const auto pair = put(Reducer::kMessages, make_blob("[]"), R"(["assistant","yo"])");
  EXPECT_NE(pair.find(R"("type":"ai","content":"yo")"), std::string::npos) << pair;
}

TEST(Messages, ReplacesByIdInPlaceAndRemoves) {
  const auto two =
      make_blob(R"([{"id":"1","type":"human","content":"a"},{"id":"2","type":"human","content":"b"}])");
  const auto replaced = put(Reducer::kMessages, two, R"([{"id":"1","type":"human","content":"A"}])");
  EXPECT_LT(replaced.find("\"A\""), replaced.find("\"b\""));
  EXPECT_EQ(replaced.find("\"a\""), std::string::npos);
  EXPECT_EQ(put(Reducer::kMessages, two, R"([{"id":"1","type":"remove"}])"),
            R"([{"id":"2","type":"human","content":"b"}])");
  EXPECT_EQ(put(Reducer::kMessages, two, R"({"id":"__remove_all__","type":"remove"})"), "[]");
}

TEST(Messages, ReplacesUnderAnIdThatJsonEscapes) {
  const auto one = make_blob(R"([{"id":"a\"b","type":"human","content":"old"}])");
  const auto replaced = put(Reducer::kMessages, one, R"({"id":"a\"b","type":"human","content":"new"})");
  EXPECT_NE(replaced.find("new"), std::string::npos) << replaced;
  EXPECT_EQ(replaced.find("old"), std::string::npos) << replaced;
}

TEST(Messages, TakesTheLastOfTwoWithOneIdInOneWrite) {
  const auto text =
      put(Reducer::kMessages, nullptr,
          R"([{"id":"1","type":"human","content":"a"},{"id":"1","type":"human","content":"b"}])");
  EXPECT_NE(text.find("\"b\""), std::string::npos) << text;
  EXPECT_EQ(text.find("\"a\""), std::string::npos) << text;
}

TEST(Messages, RefusesWhatIsNoMessage) {
  EXPECT_EQ(put(Reducer::kMessages, nullptr, "[7]"),
            "refused: channel \"c\": a message is a text, [role, content] or an object");
  EXPECT_EQ(put(Reducer::kMessages, nullptr, R"([{"content":"x"}])"),
            "refused: channel \"c\": a message needs a \"role\" or a \"type\"");
}

}  // namespace
}  // namespace agenthost::runtime
