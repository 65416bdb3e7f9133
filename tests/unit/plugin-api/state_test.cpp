#include "agenthost/sdk/state.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/message.hpp"
#include "agenthost/sdk/update.hpp"

namespace {

using agent::Json;
using agent::State;
using agent::Update;

std::string refusal(const auto& read) {
  try {
    static_cast<void>(read());
    return "accepted";
  } catch (const agent::Error& e) {
    EXPECT_EQ(e.code(), agent::Code::kInvalid);
    return e.what();
  }
}

TEST(State, ReadsTypedValues) {
  const State state(
      Json{{"name", "Ann"}, {"age", 41}, {"rate", 0.5}, {"is_new", true}, {"tags", {"a", "b"}}});
  EXPECT_EQ(state.get<std::string>("name"), "Ann");
  EXPECT_EQ(state.get<int>("age"), 41);
  EXPECT_EQ(state.get<double>("age"), 41.0);
  EXPECT_EQ(state.get<double>("rate"), 0.5);
  EXPECT_TRUE(state.get<bool>("is_new"));
  EXPECT_EQ(state.get<std::vector<std::string>>("tags"), (std::vector<std::string>{"a", "b"}));
}

TEST(State, FallsBackOnlyWhenMissingOrNull) {
  const State state(Json{{"nothing", nullptr}, {"number", 3}});
  EXPECT_EQ(state.get<std::string>("name", "you"), "you");
  EXPECT_EQ(state.get<std::string>("nothing", "you"), "you");
  EXPECT_FALSE(state.has("nothing"));
  EXPECT_EQ(refusal([&] { return state.get<std::string>("number", "you"); }),
            "number: must be a string, but is a number");
}

TEST(State, RefusesWhatDoesNotFit) {
  const State state(
      Json{{"half", 3.5}, {"minus", -1}, {"big", 300}, {"huge", 1e300}, {"five", 5.0}, {"yes", true}});
  EXPECT_EQ(refusal([&] { return state.get<int>("half"); }), "half: must be an integer in range, but is 3.5");
  EXPECT_NE(refusal([&] { return state.get<unsigned>("minus"); }), "accepted");
  EXPECT_NE(refusal([&] { return state.get<std::uint8_t>("big"); }), "accepted");
  EXPECT_NE(refusal([&] { return state.get<std::int64_t>("huge"); }), "accepted");
  EXPECT_NE(refusal([&] { return state.get<int>("yes"); }), "accepted") << "a boolean is no number";
  EXPECT_EQ(refusal([&] { return state.get<std::string>("gone"); }),
            "gone: must be a string, but is missing");
  EXPECT_EQ(state.get<int>("five"), 5);
}

TEST(State, KnowsTheEdgesOfIntegers) {
  const State state(Json{{"most", UINT64_MAX}, {"least", INT64_MIN}, {"two63", 9223372036854775808.0}});
  EXPECT_EQ(state.get<std::uint64_t>("most"), UINT64_MAX);
  EXPECT_EQ(state.get<std::int64_t>("least"), INT64_MIN);
  EXPECT_NE(refusal([&] { return state.get<std::int64_t>("most"); }), "accepted");
  EXPECT_NE(refusal([&] { return state.get<std::int64_t>("two63"); }), "accepted");
  EXPECT_NE(refusal([&] { return state.get<int>("least"); }), "accepted");
}

TEST(State, SurvivesAnythingThatIsNoObject) {
  EXPECT_FALSE(State(Json(3)).has("x"));
  EXPECT_TRUE(State(Json::array({1}))["x"].is_null());
  EXPECT_TRUE(State().last_message().is_null());
  EXPECT_TRUE(State(Json{{"messages", "hello"}}).last_message().is_null());
}

TEST(Update, CollectsWrites) {
  const Update update =
      Update{}.set("a", 1).message(agent::ai_message("x", "id-1")).message(agent::human_message("y"));
  EXPECT_EQ(update.json(), Json::parse(R"({"a":1,"messages":[{"type":"ai","content":"x","id":"id-1"},
                                                             {"type":"human","content":"y"}]})"));
}

TEST(Message, GivesItsTextWhateverItsShape) {
  EXPECT_EQ(agent::text_of(agent::ai_message("x")), "x");
  EXPECT_EQ(
      agent::text_of(Json::parse(R"({"content":[{"type":"text","text":"a"},{"image":1},7,{"text":"b"}]})")),
      "ab");
  for (const char* hostile :
       {"null", "3", "[]", "{}", R"({"content":null})", R"({"content":{"text":"x"}})"}) {
    EXPECT_EQ(agent::text_of(Json::parse(hostile)), "") << hostile;
  }
}

TEST(Json, WritesBrokenUtf8AsReplacementCharacters) {
  EXPECT_EQ(agent::to_text(Json("a\xff"
                                "b")),
            "\"a\xef\xbf\xbd"
            "b\"");
}

TEST(Json, SaysWhatWasNoJson) {
  EXPECT_EQ(refusal([] { return agent::parse_json("<html>", "the answer"); }),
            "the answer: is no JSON: \"<html>\"");
}

TEST(Json, ParsesDeepNestingWithoutTheStack) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_TRUE(agent::parse_json(deep).is_array());
}

}  // namespace
