// The C table of a plugin and its entry: from the host's calls to the author's functions, and from exceptions
// to statuses. Each function has the thread tag of its slot in agent_plugin_api.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agenthost/agent_plugin.h"
#include "agenthost/sdk/detail/configured_graph.hpp"
#include "agenthost/sdk/detail/describe.hpp"
#include "agenthost/sdk/plugin.hpp"

namespace agent::detail {

// What agent_plugin* points to. Lives to the end of the process, as the ABI says.
struct LoadedPlugin {
  LoadedPlugin(const agent_entry_request& request, const char* id, const char* version)
      : services(request.host_api, request.host), plugin(id, version) {}

  Services services;
  Plugin plugin;
  LoadedPlugin* previous = nullptr;
};

inline LoadedPlugin& loaded(agent_plugin* handle) noexcept {
  return *reinterpret_cast<LoadedPlugin*>(handle);
}
inline ConfiguredGraph& configured(agent_graph* handle) noexcept {
  return *reinterpret_cast<ConfiguredGraph*>(handle);
}

inline agent_status failed(const Failure& failure, agent_bytes* text) noexcept {
  // Without memory for the text the status has to do.
  static_cast<void>(guarded([&] { *text = own(failure.text); }));
  return failure.status;
}

inline agent_status describe(agent_plugin* handle, agent_bytes* out) noexcept {
  const auto failure = guarded([&] { *out = own(to_text(describe_plugin(loaded(handle).plugin))); });
  return failure ? failure->status : AGENT_OK;
}

inline agent_status create_graph(agent_plugin* handle, agent_str graph_id, agent_str config,
                                 agent_graph** out, agent_bytes* error) noexcept {
  const auto failure = guarded([&] {
    const LoadedPlugin& self = loaded(handle);
    for (const GraphSpec& spec : self.plugin.graphs()) {
      if (spec.graph_id != view(graph_id)) continue;
      const Json settings = parse_json(view(config), "the plugin's config");
      *out = reinterpret_cast<agent_graph*>(
          std::make_unique<ConfiguredGraph>(self.services, spec, settings).release());
      return;
    }
    throw Error(Code::kNotFound,
                "plugin \"" + self.plugin.id() + "\" has no graph \"" + std::string(view(graph_id)) + "\"");
  });
  return failure ? failed(*failure, error) : AGENT_OK;
}

inline void destroy_graph(agent_graph* handle) noexcept {
  delete &configured(handle);
}

inline agent_status start_node(agent_graph* handle, agent_task* task, const agent_node_call* call) noexcept {
  ConfiguredGraph& graph = configured(handle);
  const auto failure = guarded([&] { graph.start(task, *call); });
  // Why not return the status: the text would be lost.
  if (failure)
    graph.services().api->fail(task, failure->status, borrow(failure->kind), borrow(failure->text));
  return AGENT_OK;
}

inline void on_reply(agent_graph* handle, agent_task* task, std::uint64_t token,
                     const agent_reply* reply) noexcept {
  configured(handle).deliver(task, token, *reply);
}

inline agent_status route(agent_graph* handle, agent_str edge, agent_str state, agent_bytes* out) noexcept {
  const auto failure = guarded([&] {
    Json targets = Json::array();
    for (const Target& target : configured(handle).route(view(edge), view(state)))
      targets.push_back(target.json());
    *out = own(to_text(targets));
  });
  return failure ? failed(*failure, out) : AGENT_OK;
}

inline agent_status stop(agent_plugin*) noexcept {
  return AGENT_OK;
}

// cancel is left out: a cancelled task's host calls end with AGENT_CANCELLED, which wakes every coroutine,
// and the rest asks Context::cancelled().
inline constexpr agent_plugin_api kPluginApi = {AGENT_SIZE(agent_plugin_api, stop),
                                                0,
                                                describe,
                                                create_graph,
                                                destroy_graph,
                                                start_node,
                                                on_reply,
                                                route,
                                                nullptr,
                                                stop};

// Entered instances stay reachable from here, so that leak checkers see that they are kept, not lost. [setup]
inline void keep(LoadedPlugin* plugin) noexcept {
  static constinit LoadedPlugin* newest = nullptr;
  plugin->previous = std::exchange(newest, plugin);
}

inline bool speaks_our_abi(const agent_entry_request& request, const agent_entry_reply& reply) noexcept {
  return request.abi_major == AGENT_ABI_MAJOR && reply.struct_size >= AGENT_SIZE(agent_entry_reply, plugin) &&
         request.host_api->struct_size >= AGENT_SIZE(agent_host_api, is_cancelled);
}

inline void log_error(const agent_entry_request& request, std::string_view text) noexcept {
  request.host_api->log(request.host, AGENT_LOG_ERROR, borrow(text));
}

// Builds the plugin; nothing of it stays when this fails. id and version: string literals.
template <class Build>
agent_status enter(const agent_entry_request* request, agent_entry_reply* reply, const char* id,
                   const char* version, Build build) noexcept {
  reply->abi_major = AGENT_ABI_MAJOR;
  reply->abi_minor = 0;
  if (!speaks_our_abi(*request, *reply)) return AGENT_UNSUPPORTED;
  const auto failure = guarded([&] {
    auto self = std::make_unique<LoadedPlugin>(*request, id, version);
    build(self->plugin);
    const std::vector<std::string> problems = problems_of(self->plugin);
    for (const std::string& problem : problems) log_error(*request, problem);
    if (!problems.empty())
      throw Error(Code::kInvalid, std::string(id) + ": its graphs cannot run, see above");
    reply->plugin_id = borrow(id);
    reply->plugin_version = borrow(version);
    reply->plugin_api = &kPluginApi;
    reply->plugin = reinterpret_cast<agent_plugin*>(self.get());
    keep(self.release());
  });
  if (!failure) return AGENT_OK;
  log_error(*request, failure->text);
  return failure->status;
}

}  // namespace agent::detail
