#include <gtest/gtest.h>

#include <string>

#include "agenthost/agent_plugin.h"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Json;
using agent::testing::Host;
using agent::testing::Outcome;

TEST(EchoCpp, EchoesAfterADelayWithTokens) {
  Host host(agent_plugin_entry);
  const Outcome outcome = host.run(
      "echo_cpp", "echo", Json::parse(R"({"messages":[{"content":"hi"}],"delay_ms":20,"tokens":2})"));
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update,
            Json::parse(R"({"messages":[{"type":"ai","content":"echo: hi","id":"msg-task-1-1"}]})"));
  EXPECT_EQ(host.slept(), std::chrono::milliseconds(20));
  EXPECT_EQ(outcome.events.size(), 2U);
}

TEST(EchoCpp, ChainCounts) {
  Host host(agent_plugin_entry);
  EXPECT_EQ(host.run("echo_chain", "two", {{"counter", 1}}).update, (Json{{"counter", 2}}));
}

TEST(EchoCpp, AsksAHuman) {
  Host host(agent_plugin_entry);
  const Outcome asked = host.run("hitl", "ask", Json::object());
  EXPECT_EQ(asked.kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(asked.interrupt, (Json{{"question", "ok?"}}));
  const Outcome answered = host.run("hitl", "ask", Json::object(), {.answers = {"yes"}});
  EXPECT_EQ(answered.update, Json::parse(R"({"answer":"yes","foo":["ask"]})"));
  EXPECT_EQ(host.run("hitl", "one", Json::object()).update, Json::parse(R"({"foo":["one"]})"));
}

TEST(EchoCpp, GreeterCountsInTheStore) {
  Host host(agent_plugin_entry);
  EXPECT_EQ(host.run("greeter", "greet", {{"name", "Ana"}}).update,
            (Json{{"times", 1}, {"last_met", "Ana"}}));
  EXPECT_EQ(host.run("greeter", "greet", {{"name", "Ana"}}).update["times"], 2);
  EXPECT_EQ(host.store().get({"echo-cpp", "met"}, "Ana"), (Json{{"times", 2}}));
}

}  // namespace
