// JsonFunctions: the functions of host services that take one JSON text and answer with one. Each needs a
// verb (messages.hpp) and a line here; then the same message carries it to the server. Immutable.
#pragma once

#include <tuple>

#include "agenthost/ext/llm.h"
#include "agenthost/ext/store.h"
#include "agenthost/ext/subagent.h"
#include "agenthost/ext/tools.h"
#include "host/plugins/isolation/messages.hpp"

namespace agenthost::isolation {

using JsonFunction = agent_status (*)(agent_task*, std::uint64_t, agent_str) noexcept;

template <class Table>
struct JsonEntry {
  JsonVerb verb;
  const char* extension;
  JsonFunction Table::*function;
};

inline constexpr std::tuple kJsonFunctions{
    JsonEntry<agent_llm_api>{JsonVerb::kComplete, AGENT_EXT_LLM, &agent_llm_api::complete},
    JsonEntry<agent_store_api>{JsonVerb::kGet, AGENT_EXT_STORE, &agent_store_api::get},
    JsonEntry<agent_store_api>{JsonVerb::kPut, AGENT_EXT_STORE, &agent_store_api::put},
    JsonEntry<agent_store_api>{JsonVerb::kRemove, AGENT_EXT_STORE, &agent_store_api::remove},
    JsonEntry<agent_store_api>{JsonVerb::kSearch, AGENT_EXT_STORE, &agent_store_api::search},
    JsonEntry<agent_store_api>{JsonVerb::kNamespaces, AGENT_EXT_STORE, &agent_store_api::namespaces},
    JsonEntry<agent_subagent_api>{JsonVerb::kRunAgent, AGENT_EXT_SUBAGENT, &agent_subagent_api::run},
    JsonEntry<agent_tools_api>{JsonVerb::kListTools, AGENT_EXT_TOOLS, &agent_tools_api::list},
    JsonEntry<agent_tools_api>{JsonVerb::kCallTool, AGENT_EXT_TOOLS, &agent_tools_api::call},
};

// visit(entry) with the entry of the verb; not called when there is none, as a broken worker may send it.
template <class Visit>
constexpr void with_json_function(JsonVerb verb, Visit visit) {
  const auto try_one = [&](const auto& entry) {
    if (entry.verb == verb) visit(entry);
  };
  std::apply([&](const auto&... entries) { (try_one(entries), ...); }, kJsonFunctions);
}

constexpr const char* extension_of(JsonVerb verb) {
  const char* extension = nullptr;
  with_json_function(verb, [&](const auto& entry) { extension = entry.extension; });
  return extension;
}

}  // namespace agenthost::isolation
