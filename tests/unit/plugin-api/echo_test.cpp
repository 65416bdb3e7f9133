// The C plugin, linked in and driven through its entry: the SDK's fake host works for any language.
#include <gtest/gtest.h>

#include <string>

#include "agenthost/agent_plugin.h"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Json;
using agent::testing::Host;
using agent::testing::Outcome;
using agent::testing::Replies;

Outcome echo(const Json& state) {
  return Host(agent_plugin_entry).run("echo", "echo", state);
}

Json said(const char* content) {
  return {{"messages", Json::array({{{"type", "ai"}, {"content", content}}})}};
}

TEST(Echo, DescribesItself) {
  const Json description = Host(agent_plugin_entry).describe();
  EXPECT_EQ(description["graphs"][0]["graph_id"], "echo");
  EXPECT_EQ(description["graphs"][0]["channels"].size(), 3U);
}

TEST(Echo, AnswersTheLastMessage) {
  const Json state = Json::parse(
      R"({"messages":[{"content":"one"},{"type":"human","content":"two \"\u00e9\n\ud83d\ude00"}]})");
  EXPECT_EQ(echo(state).update, said("echo: two \"\u00e9\n\U0001F600"));
  EXPECT_EQ(echo(Json::parse(R"({"messages":[{"content":[{"type":"text","text":"part"}]}]})")).update,
            said("echo: part"));
}

TEST(Echo, SurvivesStrangeStates) {
  for (const char* state :
       {"{}", R"({"messages":[]})", R"({"messages":"x"})", R"({"messages":[3]})", "[]", "3",
        R"({"messages":[{"content":null}]})", R"({"messages":[{"content":[]}],"tokens":null})"}) {
    EXPECT_EQ(echo(Json::parse(state)).update, said("echo: ")) << state;
  }
}

TEST(Echo, RefusesNumbersOutOfRange) {
  for (const char* state :
       {R"({"tokens":-1})", R"({"tokens":1e300})", R"({"delay_ms":"soon"})", R"({"delay_ms":1e12})"}) {
    EXPECT_EQ(echo(Json::parse(state)).code, agent::Code::kInvalid) << state;
  }
}

TEST(Echo, WaitsByTimerAndWritesTokens) {
  for (const Replies replies : {Replies::kInOrder, Replies::kOtherThread}) {
    Host host(agent_plugin_entry);
    host.set_replies(replies);
    const Outcome outcome = host.run("echo", "echo", {{"delay_ms", 1500}, {"tokens", 3}});
    ASSERT_TRUE(outcome.ok()) << outcome.error_text;
    EXPECT_EQ(host.slept(), std::chrono::milliseconds(1500));
    EXPECT_EQ(Json(outcome.events), Json::parse(R"([{"token":"tok0"},{"token":"tok1"},{"token":"tok2"}])"));
  }
}

TEST(Echo, EndsWhenCancelledAndSaysWhenItMayNotWait) {
  Host host(agent_plugin_entry);
  EXPECT_EQ(host.run("echo", "echo", {{"delay_ms", 10}}, {.cancel_after_replies = 0}).code,
            agent::Code::kCancelled);
  host.without_timer();
  EXPECT_EQ(host.run("echo", "echo", {{"delay_ms", 10}}).code, agent::Code::kDenied);
}

TEST(Echo, RefusesGraphsItDoesNotHave) {
  EXPECT_THROW((void)Host(agent_plugin_entry).run("echoes", "echo", Json::object()), agent::Error);
}

}  // namespace
