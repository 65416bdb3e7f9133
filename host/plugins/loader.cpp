#include "host/plugins/loader.hpp"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <chrono>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/description.hpp"
#include "host/plugins/host_api.hpp"

namespace agenthost::plugins {
namespace {

constexpr const char* kEntrySymbol = "agent_plugin_entry";
constexpr std::chrono::milliseconds kSlowEntry{100};

// The linker names the file it was given, which is a copy nobody has heard of.
std::string renamed(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// A load in progress. Unless it is finished, everything made so far is undone.
class Load {
 public:
  Load(const Manifest& manifest, PluginHost& host) : who_(manifest.library) {
    plugin_.manifest = manifest;
    plugin_.host = &host;
  }
  ~Load() {
    if (plugin_.host != nullptr) unload_plugin(std::move(plugin_));
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Status enter(PluginEntry* entry) {
    const agent_entry_request request{.struct_size = AGENT_SIZE(agent_entry_request, host),
                                      .abi_major = AGENT_ABI_MAJOR,
                                      .abi_minor = AGENT_ABI_MINOR,
                                      .reserved = 0,
                                      .host_api = &host_api(),
                                      .host = plugin_.host->handle()};
    agent_entry_reply reply{};
    reply.struct_size = AGENT_SIZE(agent_entry_reply, plugin);
    const auto began = std::chrono::steady_clock::now();
    const auto status = entry(&request, &reply);
    if (std::chrono::steady_clock::now() - began > kSlowEntry) {
      plugin_.host->log(telemetry::Level::kWarn,
                        "agent_plugin_entry took over 100 ms; it should only fill in its reply");
    }
    return take_reply(status, reply);
  }

  Status make_graphs(const std::string& config) {
    auto described = describe();
    if (!described) return fail(described.error());
    for (auto& graph : *described) {
      if (auto made = make_graph(std::move(graph), config); !made) return made;
    }
    return {};
  }

  Result<std::vector<runtime::Graph>> describe() {
    agent_bytes out{};
    const auto status = plugin_.api->describe(plugin_.plugin, &out);
    const OwnedBytes description(&out);
    if (status != AGENT_OK) return refuse("describe failed with " + status_name(status));
    plugin_.description = description.text();
    return read_description(plugin_.description, plugin_.manifest);
  }

  [[nodiscard]] const std::string& description() const { return plugin_.description; }
  LoadedPlugin finish() && { return std::exchange(plugin_, LoadedPlugin{}); }

 private:
  tl::unexpected<Error> refuse(std::string text) const {
    return fail(ErrorCode::kInvalid, who_ + ": " + std::move(text));
  }

  Status take_reply(agent_status status, const agent_entry_reply& reply) {
    // A plugin of another major may fail its entry and still say which major it wants: that is the better
    // answer.
    if (reply.abi_major != 0) {
      if (auto fits = check_abi(who_, reply.abi_major, reply.abi_minor); !fits) return fits;
    }
    if (status != AGENT_OK) return refuse("agent_plugin_entry failed with " + status_name(status));
    if (reply.abi_major == 0) return refuse("agent_plugin_entry left abi_major 0; set it to AGENT_ABI_MAJOR");
    if (auto same = check_identity(reply); !same) return same;
    if (reply.plugin_api == nullptr) return refuse("agent_plugin_entry set no plugin_api");
    if (auto complete = check_table(*reply.plugin_api); !complete) return complete;
    plugin_.api = reply.plugin_api;
    plugin_.plugin = reply.plugin;
    return {};
  }

  Status check_identity(const agent_entry_reply& reply) const {
    const auto& manifest = plugin_.manifest;
    if (view(reply.plugin_id) != manifest.id) {
      return refuse("the library says its id is \"" + printable(view(reply.plugin_id)) +
                    "\", plugin.yaml says \"" + manifest.id + "\"; make them equal");
    }
    if (view(reply.plugin_version) != manifest.version) {
      return refuse("the library says its version is \"" + printable(view(reply.plugin_version)) +
                    "\", plugin.yaml says \"" + manifest.version + "\"; is the library an old build?");
    }
    return {};
  }

  Status check_table(const agent_plugin_api& api) const {
    const auto missing = [this](std::string_view member) {
      return refuse("its function table has no " + std::string(member) +
                    "; set it, and struct_size to AGENT_SIZE");
    };
    if (!AGENT_HAS(&api, agent_plugin_api, describe)) return missing("describe");
    if (!AGENT_HAS(&api, agent_plugin_api, create_graph)) return missing("create_graph");
    if (!AGENT_HAS(&api, agent_plugin_api, destroy_graph)) return missing("destroy_graph");
    if (!AGENT_HAS(&api, agent_plugin_api, start_node)) return missing("start_node");
    if (!AGENT_HAS(&api, agent_plugin_api, on_reply)) return missing("on_reply");
    if (!AGENT_HAS(&api, agent_plugin_api, route)) return missing("route");
    if (!AGENT_HAS(&api, agent_plugin_api, stop)) return missing("stop");
    return {};
  }

  Status make_graph(runtime::Graph description, const std::string& config) {
    agent_graph* graph = nullptr;
    agent_bytes out{};
    const auto status =
        plugin_.api->create_graph(plugin_.plugin, borrow(description.id()), borrow(config), &graph, &out);
    const OwnedBytes why(&out);
    if (status != AGENT_OK) {
      return refuse("graph " + description.id() + " could not be made: " +
                    (why.text().empty() ? status_name(status) : printable(why.text())));
    }
    plugin_.graphs.push_back(std::make_shared<const GraphInstance>(GraphInstance{
        plugin_.host, plugin_.api, graph, std::make_shared<const runtime::Graph>(std::move(description))}));
    return {};
  }

  const std::string who_;
  LoadedPlugin plugin_;
};

// The server's end of a plugin that is about to be entered.
Result<PluginHost*> host_for(const Manifest& manifest, std::shared_ptr<void> library,
                             const HostServices& services) {
  auto host = PluginHost::open(manifest.id, services.logger, granted_to(manifest, services.extensions));
  if (host) (*host)->keep(std::move(library));
  return host;
}

// use(entry, library) -> Result<...>
template <class Use>
std::invoke_result_t<Use, PluginEntry*, std::shared_ptr<void>> with_library(
    const Manifest& manifest, const std::filesystem::path& library, Use use) {
  namespace dll = boost::dll;
  try {
    // The throwing form keeps the linker's own words, which name the missing symbol or library.
    const auto opened =
        std::make_shared<dll::shared_library>(library, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    if (opened->has(kEntrySymbol)) return use(&opened->get<PluginEntry>(kEntrySymbol), opened);
    return fail(ErrorCode::kInvalid, manifest.library +
                                         ": exports no agent_plugin_entry; is it a plugin? declare the "
                                         "function with AGENT_EXPORT and export it from the library");
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInvalid, manifest.library + ": cannot be loaded: " +
                                         renamed(e.what(), library.string(), manifest.library));
  }
}

}  // namespace

std::vector<Extension> granted_to(const Manifest& manifest, const std::vector<Extension>& extensions) {
  std::vector<Extension> granted;
  for (const auto& need : manifest.needs) {
    for (const auto& extension : extensions) {
      if (extension.id != extension_id_of(need)) continue;
      granted.push_back(extension);
      if (extension.instance_for) granted.back().instance = extension.instance_for(manifest);
    }
  }
  return granted;
}

Result<LoadedPlugin> enter_plugin(const Manifest& manifest, PluginEntry* entry, std::shared_ptr<void> library,
                                  const std::string& config, const HostServices& services) {
  auto host = host_for(manifest, std::move(library), services);
  if (!host) return fail(host.error());
  Load load(manifest, **host);
  if (auto entered = load.enter(entry); !entered) return fail(entered.error());
  if (auto made = load.make_graphs(merge_objects(manifest.config, config)); !made) return fail(made.error());
  return std::move(load).finish();
}

Result<LoadedPlugin> load_plugin(const Manifest& manifest, const std::filesystem::path& library,
                                 const std::string& config, const HostServices& services) {
  return with_library(manifest, library, [&](PluginEntry* entry, std::shared_ptr<void> opened) {
    return enter_plugin(manifest, entry, std::move(opened), config, services);
  });
}

Result<std::string> try_plugin(const Manifest& manifest, const std::filesystem::path& library,
                               const HostServices& services) {
  return with_library(manifest, library,
                      [&](PluginEntry* entry, std::shared_ptr<void> opened) -> Result<std::string> {
                        auto host = host_for(manifest, std::move(opened), services);
                        if (!host) return fail(host.error());
                        Load load(manifest, **host);
                        if (auto entered = load.enter(entry); !entered) return fail(entered.error());
                        if (auto described = load.describe(); !described) return fail(described.error());
                        return load.description();
                      });
}

bool unload_plugin(LoadedPlugin plugin) {
  const auto unused = [](const GraphInstancePtr& graph) { return graph.use_count() == 1; };
  const bool idle =
      plugin.host->tasks().size() == 0 && std::all_of(plugin.graphs.begin(), plugin.graphs.end(), unused);
  if (idle && plugin.api != nullptr) {
    for (const auto& graph : plugin.graphs) plugin.api->destroy_graph(graph->graph);
    if (const auto status = plugin.api->stop(plugin.plugin); status != AGENT_OK) {
      plugin.host->log(telemetry::Level::kWarn, "stop failed with " + status_name(status));
    }
  }
  plugin.host->close();
  return idle;
}

}  // namespace agenthost::plugins
