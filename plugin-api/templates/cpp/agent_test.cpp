// The node, run through the plugin's real entry by a host that lives in this test.
#include <agenthost/sdk/agent.hpp>
#include <agenthost/sdk/testing.hpp>
#include <cstdio>

int main() {
  agent::testing::Host host(agent_plugin_entry);
  const agent::Json state{{"messages", {{{"type", "human"}, {"content", "hello"}}}}};
  const agent::testing::Outcome outcome = host.run("@NAME@", "answer", state);
  if (!outcome.ok()) {
    std::fprintf(stderr, "the node failed: %s\n", outcome.error_text.c_str());
    return 1;
  }
  const std::string text = agent::text_of(outcome.update["messages"][0]);
  if (text != "You said: hello") {
    std::fprintf(stderr, "wrong answer: %s\n", text.c_str());
    return 1;
  }
  return 0;
}
