// simple_runtime: shows the run's context in the state.
#include <agenthost/sdk/agent.hpp>

#include "graphs.hpp"
#include "schemas.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::State, agent::Update;

Update use_context(const State&, const Context& ctx) {
  Update update;
  if (ctx.context().contains("model")) update.set("model", ctx.context()["model"]);
  return update;
}

}  // namespace

void add_simple_runtime(agent::Plugin& plugin) {
  const Json model = enum_schema({"anthropic", "openai", "unknown"});
  plugin.graph("simple_runtime")
      .channel("message")
      .channel("model")
      .node("use_context", use_context)
      .edge(agent::kStart, "use_context")
      .state_schema(object_schema({{"message", type_schema("string")}, {"model", model}}))
      .context_schema(object_schema({{"model", model}}));
}

}  // namespace conformance
