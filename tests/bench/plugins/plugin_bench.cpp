// What a plugin costs the server: one call of a node that does nothing, through the C ABI in process, and
// finding out what a hundred plugins are without opening one.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>

#include "host/base/ids.hpp"
#include "host/plugins/in_process_executor.hpp"
#include "host/plugins/loader.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;

Manifest empty_manifest() {
  Manifest manifest;
  manifest.id = "empty";
  manifest.version = "1.0.0";
  manifest.library = "empty.so";
  manifest.graphs = {"empty"};
  return manifest;
}

struct CountingSink final : runtime::TaskSink {
  Pressure emit(Channel, std::string) override { return Pressure::kNone; }
  void done(runtime::NodeOutcome) override { ++ended; }
  std::int64_t ended = 0;  // the node ends inside of start(), on this thread
};

void empty_node(benchmark::State& state) {
  telemetry::Logger logger(telemetry::Level::kError);
  ThreadPool pool("runtime", 1);
  ElasticPool blocking("blocking", 1);
  const ExecutorPools pools{pool, blocking};
  auto plugin = enter_plugin(empty_manifest(), &agent_plugin_entry, nullptr, "{}", {logger, pools, {}});
  if (!plugin) return state.SkipWithError(plugin.error().text.c_str());
  InProcessExecutor executor(plugin->graphs.front(), pools, std::size_t{1} << 20U);
  const auto sink = std::make_shared<CountingSink>();
  runtime::NodeCall call;
  call.node = plugin->graphs.front()->description->find_node("node");
  call.state = make_blob("{}");
  call.config = make_blob("{}");
  call.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  for (auto _ : state) benchmark::DoNotOptimize(executor.start(call, sink));
  if (sink->ended != static_cast<std::int64_t>(state.iterations())) state.SkipWithError("a call did not end");
}
BENCHMARK(empty_node)->Unit(benchmark::kNanosecond);

// Folders as a server's plugins directory has them. The libraries are not even there.
class HundredPlugins {
 public:
  HundredPlugins() : root_(fs::temp_directory_path() / ("agenthost-bench-" + new_uuid7())) {
    for (int i = 0; i < 100; ++i) {
      const auto id = "plugin-" + std::to_string(i);
      fs::create_directories(root_ / id);
      std::ofstream(root_ / id / "plugin.yaml")
          << "id: " << id << "\nversion: 1.0.0\nabi: \"1.0\"\nlibrary: " << id << ".so\nname: Plugin " << i
          << "\ndescription: One of many.\ngraphs: [" << id << "-a, " << id
          << "-b]\nneeds: [http, llm, store]\n"
          << "config: {model: default, limits: {pages: 10, words: 2000}, sources: [one, two, three]}\n";
    }
  }
  ~HundredPlugins() { fs::remove_all(root_); }
  HundredPlugins(const HundredPlugins&) = delete;
  HundredPlugins& operator=(const HundredPlugins&) = delete;

  [[nodiscard]] std::size_t scan() const {
    std::size_t graphs = 0;
    for (const auto& entry : fs::directory_iterator(root_)) {
      const auto manifest = read_manifest(entry.path() / kManifestFile);
      if (manifest) graphs += manifest->graphs.size();
    }
    return graphs;
  }

 private:
  const fs::path root_;
};

void scan_of_100(benchmark::State& state) {
  const HundredPlugins plugins;
  for (auto _ : state) {
    if (plugins.scan() != 200) return state.SkipWithError("a manifest was not read");
  }
}
BENCHMARK(scan_of_100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace agenthost::plugins

BENCHMARK_MAIN();
