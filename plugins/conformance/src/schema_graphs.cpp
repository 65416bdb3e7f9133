// Graphs that are there for their schemas, in the three ways a TypeScript author would write them.
#include <agenthost/sdk/agent.hpp>
#include <string>

#include "graphs.hpp"
#include "schemas.hpp"

namespace conformance {
namespace {

using agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Update;

int next_number(const State& state, const char* channel) {
  return state.get<int>(channel) + 1;
}

Update process_messages(const State& state) {
  const int number = next_number(state, "count");
  return Update{}.message(agent::ai_message("Response " + std::to_string(number))).set("count", number);
}
Update process_strings(const State& state) {
  const int number = next_number(state, "count");
  return Update{}
      .set("messages", "Message " + std::to_string(number))
      .set("count", number)
      .set("status", "processing");
}
Update process_items(const State& state) {
  const int number = next_number(state, "counter");
  Json items = state["items"];
  items.push_back("Item " + std::to_string(number));
  return Update{}.set("items", std::move(items)).set("counter", number).set("label", "processed");
}

Json number_schema() {
  return {{"type", "number"}, {"default", 0}};
}

void add_state_schema_graph(agent::Plugin& plugin) {
  const Json messages{{"langgraph_type", "messages"}, {"description", "A list of chat messages"}};
  const Json schema = object_schema({{"messages", messages}, {"count", number_schema()}});
  plugin.graph("state_schema_graph")
      .channel("messages", Reducer::kMessages)
      .channel("count", Reducer::kLastValue, 0)
      .node("process", process_messages)
      .path({kStart, "process", kEnd})
      .state_schema(schema)
      .input_schema(schema)
      .output_schema(schema);
}

void add_zod_registry_graph(agent::Plugin& plugin) {
  Json properties{{"messages", {{"type", "string"}, {"langgraph_type", "messages"}}},
                  {"count", number_schema()}};
  properties["status"] = enum_schema({"done", "idle", "processing"});
  properties["status"]["default"] = "idle";
  Json output = properties;
  output["messages"] = list_schema(type_schema("string"));
  plugin.graph("zod_registry_graph")
      .channel("messages", Reducer::kAppend, Json::array())
      .channel("count", Reducer::kLastValue, 0)
      .channel("status", Reducer::kLastValue, "idle")
      .node("process", process_strings)
      .path({kStart, "process", kEnd})
      .state_schema(object_schema(properties))
      .input_schema(object_schema(properties))
      .output_schema(object_schema(output));
}

void add_plain_zod_graph(agent::Plugin& plugin) {
  Json items = list_schema(type_schema("string"));
  items["default"] = Json::array();
  const Json schema = object_schema(
      {{"items", std::move(items)}, {"counter", number_schema()}, {"label", type_schema("string")}});
  plugin.graph("plain_zod_graph")
      .channel("items", Reducer::kLastValue, Json::array())
      .channel("counter", Reducer::kLastValue, 0)
      .channel("label")
      .node("process", process_items)
      .path({kStart, "process", kEnd})
      .state_schema(schema)
      .input_schema(schema)
      .output_schema(schema);
}

}  // namespace

void add_schema_graphs(agent::Plugin& plugin) {
  add_state_schema_graph(plugin);
  add_zod_registry_graph(plugin);
  add_plain_zod_graph(plugin);
}

}  // namespace conformance
