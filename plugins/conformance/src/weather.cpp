// weather: a router that hands a question about the weather to a graph of its own, which stops before it
// answers.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"

namespace conformance {
namespace {

using agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Update;

Update router_node(const State&) {
  return Update{}.set("route", "weather");
}
std::string onward(const State& state) {
  return state["route"] == "weather" ? "weather_graph" : "normal_llm_node";
}
Update normal_llm_node(const State&) {
  return Update{}.message(agent::ai_message("Hello"));
}
Update model_node(const State&) {
  return Update{}.set("city", "San Francisco");
}
Update weather_node(const State& state) {
  return Update{}.message(agent::ai_message("It's sunny in " + state.get<std::string>("city") + "!"));
}

}  // namespace

void add_weather(agent::Plugin& plugin) {
  const auto weather = plugin.subgraph("weather")
                           .channel("messages", Reducer::kMessages)
                           .channel("city")
                           .node("model_node", model_node)
                           .node("weather_node", weather_node)
                           .path({kStart, "model_node", "weather_node", kEnd})
                           .interrupt_before({"weather_node"});
  plugin.graph("weather")
      .channel("messages", Reducer::kMessages)
      .channel("route")
      .node("router_node", router_node)
      .node("normal_llm_node", normal_llm_node)
      .node("weather_graph", weather)
      .edge(kStart, "router_node")
      .conditional("router_node", "onward", onward, {"weather_graph", "normal_llm_node"})
      .edge("normal_llm_node", kEnd)
      .edge("weather_graph", kEnd);
}

}  // namespace conformance
