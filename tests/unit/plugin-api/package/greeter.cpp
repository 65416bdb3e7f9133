#include <agenthost/sdk/agent.hpp>
using agent::Context, agent::State, agent::Task, agent::Update;

static Task<Update> greet(State state, Context ctx) {
  co_await ctx.sleep(std::chrono::seconds(1));
  co_return Update{}.set("greeting", "hello " + state.get<std::string>("name", "you"));
}

AGENT_PLUGIN("greeter", "1.0.0", [](agent::Plugin& plugin) {
  plugin.graph("greeter")
      .name("Greeter")
      .channel("name")
      .channel("greeting")
      .node("greet", greet)
      .path({agent::kStart, "greet", agent::kEnd});
})
