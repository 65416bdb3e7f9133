// conformance: graphs whose every event is known beforehand.
#include <agenthost/sdk/entry.hpp>

#include "graphs.hpp"

namespace {

void describe(agent::Plugin& plugin) {
  conformance::add_agent(plugin);
  conformance::add_agent_simple(plugin);
  conformance::add_agent_with_tools(plugin);
  conformance::add_delay_and_error(plugin);
  conformance::add_echo(plugin);
  conformance::add_nested(plugin);
  conformance::add_parent(plugin);
  conformance::add_protocol_graphs(plugin);
  conformance::add_schema_graphs(plugin);
  conformance::add_sdk_graphs(plugin);
  conformance::add_simple_runtime(plugin);
  conformance::add_small_graphs(plugin);
  conformance::add_weather(plugin);
}

}  // namespace

AGENT_PLUGIN("conformance", "1.0.0", describe)
