// AGENT_PLUGIN: the one exported function of a plugin. Use it once, in one source file, at namespace scope:
//
//   AGENT_PLUGIN("greeter", "1.0.0", [](agent::Plugin& plugin) {
//     plugin.graph("greeter").node("greet", greet).edge(agent::kStart, "greet").edge("greet", agent::kEnd);
//   })
//
// id and version must equal those in plugin.yaml. To link a plugin into a test binary beside another one,
// compile it with -DAGENT_PLUGIN_ENTRY=greeter_plugin_entry. Thread-safe.
#pragma once

#include "agenthost/agent_plugin.h"
#include "agenthost/sdk/detail/trampolines.hpp"
#include "agenthost/sdk/plugin.hpp"

#ifndef AGENT_PLUGIN_ENTRY
#define AGENT_PLUGIN_ENTRY agent_plugin_entry
#endif

// Variadic, so that the function may contain commas. Why it stands outside of the entry: gcc 12 gives
// coroutines written as lambdas inside an extern "C" function names that clash.
#define AGENT_PLUGIN(id, version, ...)                                                               \
  namespace {                                                                                        \
  constexpr auto agent_plugin_build = __VA_ARGS__;                                                   \
  }                                                                                                  \
  extern "C" AGENT_EXPORT agent_status AGENT_PLUGIN_ENTRY(const agent_entry_request* request,        \
                                                          agent_entry_reply* reply) AGENT_NOEXCEPT { \
    return ::agent::detail::enter(request, reply, "" id, "" version, agent_plugin_build);            \
  }
