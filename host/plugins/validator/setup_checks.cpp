// check_load, check_setup and check_order: the plugin before and around its work.
#include <algorithm>
#include <thread>

#include "host/base/executor.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/package.hpp"
#include "host/plugins/validator/checks.hpp"
#include "host/plugins/validator/inputs.hpp"
#include "host/plugins/validator/process_facts.hpp"

namespace agenthost::plugins::validator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Makes a graph that may be refused, and lets it go again.
agent_status try_graph(Trial& trial, Witness& witness, const std::string& id, const std::string& config) {
  agent_graph* graph = nullptr;
  agent_bytes out{};
  witness.step("create_graph of \"" + id + "\" with the config " + config);
  const auto status = trial.api().create_graph(trial.plugin(), borrow(id), borrow(config), &graph, &out);
  const OwnedBytes why(&out);
  if (status == AGENT_OK) trial.api().destroy_graph(graph);
  return status;
}

milliseconds time_of_entry(Trial& trial, bool& entered) {
  const auto began = steady_clock::now();
  entered = trial.enter();
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
}

void try_unknown_names(Trial& trial, Witness& witness, const TrialGraph& graph) {
  const TrialNode nowhere{"no-such-node", false, graph.description.get()};
  const auto ending = trial.run(graph, trial.plan(graph, nowhere, "{}"));
  if (ending.kind == Ending::Kind::kCompleted) {
    witness.warning("graph \"" + graph.description->id() +
                    "\": runs a node that it does not have; answer AGENT_NOT_FOUND");
  }
  const TrialEdge no_edge{"no-such-edge", graph.description.get(), {}};
  if (trial.route(graph, no_edge, "{}")) {
    witness.error("graph \"" + graph.description->id() +
                  "\": answers for an edge that it does not have; answer AGENT_NOT_FOUND");
  }
}

// Every node at once on several threads: each task is one call at a time, but there are many tasks.
void crowd(Trial& trial, const TrialGraph& graph) {
  constexpr unsigned kThreads = 4;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (const auto& node : graph.nodes) {
        static_cast<void>(trial.run(graph, trial.plan(graph, node, plain_state(*node.graph))));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace

void check_load(const Subject& subject, Witness& witness) {
  telemetry::Logger logger(telemetry::Level::kWarn);
  ThreadPool pool("validate", 1);
  ElasticPool blocking("validate-blocking", 1);
  witness.step("loading");
  // As the server does it: from a copy of its own.
  auto vault = LibraryVault::open_temporary();
  if (!vault) return witness.error(vault.error().text);
  const auto package = take_package(subject.folder, subject.manifest, **vault);
  if (!package) return witness.error(package.error().text);
  auto plugin = load_plugin(subject.manifest, package->library->file(), subject.config,
                            HostServices{logger, {pool, blocking}, StrictHost::extensions()});
  if (!plugin) return witness.error(plugin.error().text);
  witness.step("stopping");
  unload_plugin(std::move(*plugin));
}

void check_setup(const Subject& subject, Witness& witness) {
  constexpr milliseconds kQuickEntry{100};
  Trial trial(subject, witness);
  if (!trial.load()) return;
  const auto threads = names_of_threads();
  bool entered = false;
  const auto first = time_of_entry(trial, entered);
  if (!entered) return;
  if (names_of_threads().size() > threads.size())
    witness.error("agent_plugin_entry starts a thread; start it with the first task that needs it");
  const auto second = time_of_entry(trial, entered);
  if (!entered) return witness.error("agent_plugin_entry works only once; it may be called more than once");
  // The quicker of the two, so that a busy machine is not taken for a slow plugin.
  if (std::min(first, second) > kQuickEntry) {
    witness.error("agent_plugin_entry takes " + std::to_string(std::min(first, second).count()) +
                  " ms; it must return within 100 ms: only fill in the reply");
  }
  if (trial.describe() != trial.describe()) witness.error("describe says something else each time");
  if (try_graph(trial, witness, "no-such-graph", "{}") == AGENT_OK)
    witness.error("create_graph makes a graph that is not described; answer AGENT_NOT_FOUND");
  for (const auto& id : subject.manifest.graphs) {
    for (const auto* config : {"", "null", "[]", "{\"\":", "{\"config\":\"of another plugin\"}"}) {
      static_cast<void>(try_graph(trial, witness, id, config));
    }
  }
}

void check_order(const Subject& subject, Witness& witness) {
  Trial trial(subject, witness);
  if (!trial.open()) return;
  // A second instance of every graph, while the first one works.
  if (!trial.make_graphs()) return;
  for (const auto& graph : trial.graphs()) {
    try_unknown_names(trial, witness, graph);
    if (AGENT_HAS(&trial.api(), agent_plugin_api, cancel) && trial.host().last_task() != nullptr) {
      witness.step("cancel of a task that has just ended");
      trial.api().cancel(graph.handle, trial.host().last_task());
    }
    crowd(trial, graph);
  }
  trial.close();
}

}  // namespace agenthost::plugins::validator
