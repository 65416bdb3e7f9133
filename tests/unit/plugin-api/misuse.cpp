// Mistakes the SDK turns into compile errors. Compiled once per MISUSE (must fail with its text) and once
// without (must not).
#include <agenthost/sdk/agent.hpp>

using agent::Context, agent::State, agent::Task, agent::Update;

struct Agent {
  Task<Update> plan(State, Context);
};
struct Unbuildable {
  explicit Unbuildable(int);
};

Task<Update> node(State, Context ctx) {
#if MISUSE == 1  // a request made inside the co_await expression
  co_await ctx.http().request({.service = "s", .url = "/"});
#endif
  const agent::HttpRequest request{.service = "s", .url = "/"};
  const agent::HttpResponse response = co_await ctx.http().request(request);
  co_return Update{}.set("status", response.status);
}

void build(agent::Plugin& plugin) {
#if MISUSE == 2  // a node that returns something else
  plugin.graph("g").node("n", [](const State& state) { return state.json(); });
#elif MISUSE == 3  // a member function without an instance
  plugin.graph("g").node("n", &Agent::plan);
#elif MISUSE == 4  // an instance nobody can make
  plugin.graph<Unbuildable>("g");
#elif MISUSE == 5  // a coroutine that nobody awaits
  [](Context ctx) -> Task<Update> {
    ctx.sleep(std::chrono::seconds(1));
    co_return Update{};
  };
#elif MISUSE == 6  // a router that takes the wrong thing
  plugin.graph("g").conditional("a", "b", [](int) { return std::string(); });
#endif
  plugin.graph<Agent>("g").node("n", &Agent::plan).node("m", node);
}
