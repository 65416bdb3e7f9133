// Two plugins in one binary, each under an entry of its own name: how a sanitizer or a fuzzer gets at them.
#include <gtest/gtest.h>

#include "agenthost/sdk/testing.hpp"

extern "C" {
agent_status echo_agent_plugin_entry(const agent_entry_request* request, agent_entry_reply* reply) noexcept;
agent_status echo_cpp_agent_plugin_entry(const agent_entry_request* request,
                                         agent_entry_reply* reply) noexcept;
}

namespace {

const agent::Json kHello{{"messages", {{{"type", "human"}, {"content", "hello"}}}}};

TEST(StaticPlugins, StandSideBySide) {
  agent::testing::Host in_c(echo_agent_plugin_entry);
  agent::testing::Host in_cpp(echo_cpp_agent_plugin_entry);
  const auto first = in_c.run("echo", "echo", kHello);
  const auto second = in_cpp.run("echo_cpp", "echo", kHello);
  ASSERT_TRUE(first.ok()) << first.error_text;
  ASSERT_TRUE(second.ok()) << second.error_text;
  EXPECT_EQ(first.update["messages"][0]["content"], "echo: hello");
  EXPECT_EQ(second.update["messages"][0]["content"], "echo: hello");
}

}  // namespace
