// The graphs of this plugin, by the file they are in. Each writes down its own and nothing else.
#pragma once

#include <agenthost/sdk/plugin.hpp>

namespace conformance {

void add_agent(agent::Plugin& plugin);
void add_agent_simple(agent::Plugin& plugin);
void add_agent_with_tools(agent::Plugin& plugin);  // and agent_with_stats
void add_delay_and_error(agent::Plugin& plugin);
void add_echo(agent::Plugin& plugin);
void add_nested(agent::Plugin& plugin);
void add_parent(agent::Plugin& plugin);
void add_protocol_graphs(
    agent::Plugin& plugin);                     // create_agent, deep_agent, interrupt_graph, stategraph_text
void add_schema_graphs(agent::Plugin& plugin);  // state_schema_graph, zod_registry_graph, plain_zod_graph
void add_sdk_graphs(agent::Plugin& plugin);     // sdk_*: those of the Python SDK's tests
void add_simple_runtime(agent::Plugin& plugin);
void add_small_graphs(agent::Plugin& plugin);  // err, hitl, par, slow
void add_weather(agent::Plugin& plugin);

}  // namespace conformance
