#include "host/plugins/validator/trial.hpp"

#include <boost/dll/shared_library.hpp>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/runtime/targets.hpp"

namespace agenthost::plugins::validator {
namespace {

void collect(const runtime::Graph& graph, TrialGraph& into) {
  const auto collect_edges = [&](const runtime::Node& node) {
    for (const auto& edge : node.conditional_edges) into.edges.push_back({edge.path, &graph, edge.targets});
  };
  collect_edges(graph.start());
  for (const auto& node : graph.nodes()) {
    collect_edges(node);
    if (node.subgraph != nullptr) {
      collect(*node.subgraph, into);
    } else {
      into.nodes.push_back({node.path, node.blocking, &graph});
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

std::string name_of_node(const TrialGraph& graph, const std::string& path) {
  return "node \"" + path + "\" of graph \"" + graph.description->id() + "\"";
}

std::string name_of_edge(const TrialGraph& graph, const std::string& path) {
  return "edge \"" + path + "\" of graph \"" + graph.description->id() + "\"";
}

Trial::Trial(const Subject& subject, Witness& witness)
    : subject_(subject),
      witness_(witness),
      host_(witness, subject.manifest.needs, subject.patience, subject.lost) {}

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
  plan.who = name_of_node(graph, node.path);
  plan.node = node.path;
  plan.blocking = node.blocking;
  plan.state = std::move(state);
  plan.config = config_of_a_run(graph.description->id());
  return plan;
}

Ending Trial::run_with_answers(const TrialGraph& graph, RunPlan plan,
                               const std::function<std::string()>& answer) {
  constexpr unsigned kMaxQuestions = 8;
  auto ending = run(graph, plan);
  while (ending.kind == Ending::Kind::kInterrupted && plan.answers.size() < kMaxQuestions) {
    plan.answers.push_back(answer());
    ending = run(graph, plan);
  }
  return ending;
}

std::optional<std::string> Trial::ask(const TrialGraph& graph, const std::string& edge,
                                      const std::string& state) {
  const auto who = name_of_edge(graph, edge);
  if (subject_.lost.count(who) != 0) return std::nullopt;
  agent_bytes out{};
  witness_.step("route", who);
  const auto status = api().route(graph.handle, borrow(edge), borrow(state), &out);
  const OwnedBytes answer(&out);
  if (status != AGENT_OK) return std::nullopt;
  return std::string(answer.text());
}

bool Trial::route(const TrialGraph& graph, const TrialEdge& edge, const std::string& state) {
  const auto answer = ask(graph, edge.path, state);
  if (!answer) return false;
  const auto who = name_of_edge(graph, edge.path);
  const auto json = parse_json(*answer);
  if (!json || !json->IsArray()) {
    witness_.error(who + ": route answers what is no JSON array: " + printable(answer->substr(0, 80)));
  } else if (const auto targets = runtime::read_targets(*edge.graph, *answer, edge.targets); !targets) {
    witness_.error(who + ": " + printable(targets.error().text));
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
