#include "host/plugins/validator/trial.hpp"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"

namespace agenthost::plugins::validator {
namespace {

void collect(const runtime::Graph& graph, TrialGraph& into) {
  std::set<std::string> channels;
  for (const auto& channel : graph.channels()) channels.insert(channel.name);
  const auto collect_edges = [&](const runtime::Node& node) {
    for (const auto& edge : node.conditional_edges) into.edges.push_back({edge.path, &graph, edge.targets});
  };
  collect_edges(graph.start());
  for (const auto& node : graph.nodes()) {
    collect_edges(node);
    if (node.subgraph != nullptr) {
      collect(*node.subgraph, into);
    } else {
      into.nodes.push_back({node.path, node.blocking, &graph, channels});
    }
  }
}

std::string config_of_a_run(const std::string& graph_id) {
  return R"({"configurable":{},"context":{},"metadata":{},"run_id":"00000000-0000-7000-8000-000000000001",)"
         R"("thread_id":"00000000-0000-7000-8000-000000000002","assistant_id":"00000000-0000-7000-8000-000000000003",)"
         R"("graph_id":)" +
         quote(graph_id) +
         R"(,"checkpoint_ns":"","task_id":"00000000-0000-7000-8000-000000000004","step":1})";
}

}  // namespace

Trial::Trial(const Subject& subject, Witness& witness)
    : subject_(subject), witness_(witness), host_(witness, subject.manifest.needs, subject.patience) {}

bool Trial::load() {
  namespace dll = boost::dll;
  witness_.step("the loading of " + subject_.manifest.library);
  try {
    const auto library = std::make_shared<dll::shared_library>(
        std::filesystem::absolute(subject_.folder) / subject_.manifest.library,
        dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    entry_ = &library->get<PluginEntry>("agent_plugin_entry");
    library_ = library;
    return true;
  } catch (const std::exception& e) {
    witness_.error(std::string("cannot be loaded: ") + e.what());
    return false;
  }
}

bool Trial::enter() {
  const agent_entry_request request{.struct_size = AGENT_SIZE(agent_entry_request, host),
                                    .abi_major = AGENT_ABI_MAJOR,
                                    .abi_minor = AGENT_ABI_MINOR,
                                    .reserved = 0,
                                    .host_api = &StrictHost::api(),
                                    .host = host_.handle()};
  reply_ = {};
  reply_.struct_size = AGENT_SIZE(agent_entry_reply, plugin);
  witness_.step("agent_plugin_entry");
  const auto status = entry_(&request, &reply_);
  if (status == AGENT_OK && reply_.plugin_api != nullptr) return true;
  witness_.error("agent_plugin_entry failed with " + status_name(status));
  return false;
}

std::string Trial::describe() {
  agent_bytes out{};
  witness_.step("describe");
  const auto status = api().describe(plugin(), &out);
  const OwnedBytes description(&out);
  if (status == AGENT_OK) return std::string(description.text());
  witness_.error("describe failed with " + status_name(status));
  return {};
}

bool Trial::make_graphs() {
  const auto json = parse_json(describe());
  const auto* list = json ? find_member(*json, "graphs") : nullptr;
  if (list == nullptr || !list->IsArray()) {
    witness_.error("describe must return {\"graphs\": [...]}");
    return false;
  }
  graphs_.reserve(list->Size());
  for (const auto& element : list->GetArray()) {
    auto graph = runtime::Graph::from_json(element);
    if (!graph) {
      witness_.error("describe: " + graph.error().text);
      return false;
    }
    if (!make_graph(std::move(*graph))) return false;
  }
  return true;
}

bool Trial::make_graph(runtime::Graph description) {
  TrialGraph graph;
  graph.description = std::make_shared<const runtime::Graph>(std::move(description));
  agent_bytes out{};
  witness_.step("create_graph of " + graph.description->id());
  const auto status = api().create_graph(plugin(), borrow(graph.description->id()), borrow(subject_.config),
                                         &graph.handle, &out);
  const OwnedBytes why(&out);
  if (status != AGENT_OK) {
    witness_.error("create_graph of " + graph.description->id() + " failed with " + status_name(status) +
                   (why.text().empty() ? "" : ": " + printable(why.text())));
    return false;
  }
  collect(*graph.description, graph);
  graphs_.push_back(std::move(graph));
  return true;
}

RunPlan Trial::plan(const TrialGraph& graph, const TrialNode& node, std::string state) const {
  RunPlan plan;
  plan.graph = graph.description->id();
  plan.node = node.path;
  plan.blocking = node.blocking;
  plan.channels = node.channels;
  plan.state = std::move(state);
  plan.config = config_of_a_run(plan.graph);
  return plan;
}

bool Trial::route(const TrialGraph& graph, const TrialEdge& edge, const std::string& state) {
  const auto who = "edge \"" + edge.path + "\" of graph \"" + graph.description->id() + "\"";
  agent_bytes out{};
  witness_.step("route of " + who);
  const auto status = api().route(graph.handle, borrow(edge.path), borrow(state), &out);
  const OwnedBytes answer(&out);
  if (status != AGENT_OK) return false;
  const auto targets = parse_json(answer.text());
  if (!targets || !targets->IsArray()) {
    witness_.error(who + ": route answers what is no JSON array: " + printable(answer.text().substr(0, 80)));
    return true;
  }
  for (const auto& target : targets->GetArray()) {
    const auto name = target.IsString() ? as_view(target) : string_member(target, "node");
    const bool listed = edge.targets.empty() ||
                        std::find(edge.targets.begin(), edge.targets.end(), name) != edge.targets.end();
    if (name != runtime::kEnd && edge.graph->find_node(name) == nullptr) {
      witness_.error(who + ": route answers \"" + printable(name) + "\", which is no node of its graph");
    } else if (!listed) {
      witness_.error(who + ": route answers \"" + printable(name) + "\", which is not among its targets");
    }
  }
  return true;
}

void Trial::close() {
  for (const auto& graph : graphs_) {
    witness_.step("destroy_graph of " + graph.description->id());
    api().destroy_graph(graph.handle);
  }
  graphs_.clear();
  witness_.step("stop");
  if (const auto status = api().stop(plugin()); status != AGENT_OK)
    witness_.error("stop failed with " + status_name(status));
  host_.check_leftovers();
}

}  // namespace agenthost::plugins::validator
