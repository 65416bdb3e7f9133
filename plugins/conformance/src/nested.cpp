// nested: three levels that share one list, to which each level adds what it saw once more.
#include <agenthost/sdk/agent.hpp>

#include "graphs.hpp"
#include "schemas.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::State, agent::Update;

agent::Graph<> with_list(const agent::Graph<>& graph) {
  return graph.channel("messages", agent::Reducer::kAppend, Json::array());
}

// The three schemas of a level; state, input and output are the same.
agent::Graph<> with_schema(const agent::Graph<>& graph, Json properties) {
  properties["messages"] = list_schema(type_schema("string"));
  const Json schema = object_schema(std::move(properties));
  return graph.state_schema(schema).input_schema(schema).output_schema(schema);
}

Update enter(const State&, const Context& ctx) {
  return Update{}.set("messages", {"Entered " + ctx.node() + " node"});
}

}  // namespace

void add_nested(agent::Plugin& plugin) {
  const auto child = with_list(plugin.subgraph("child"))
                         .channel("child")
                         .node("c_one", enter)
                         .node("c_two", enter)
                         .path({kStart, "c_one", "c_two", kEnd});
  const auto parent =
      with_list(plugin.subgraph("parent"))
          .channel("parent")
          .node("p_one", enter)
          .node("p_two", with_schema(child, {{"child", enum_schema({"child_one", "child_two"})}}))
          .path({kStart, "p_one", "p_two", kEnd});
  with_schema(with_list(plugin.graph("nested")), Json::object())
      .node("gp_one", enter)
      .node("gp_two", with_schema(parent, {{"parent", enum_schema({"parent_one", "parent_two"})}}))
      .path({kStart, "gp_one", "gp_two", kEnd});
}

}  // namespace conformance
