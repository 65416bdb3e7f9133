// What one run of the superstep loop costs without a disk: the three-node graph echo_chain of
// plugins/echo-cpp, through the ABI and the SDK, run after run. Needs AGENTHOST_BENCH_PLUGINS: the folder of
// built plugins.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <future>

#include "host/plugins/registry.hpp"
#include "host/runtime/run.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost {
namespace {

runtime::RunSpec chain_spec(const runtime::CatalogEntry& entry, const std::string& assistant_id) {
  runtime::RunSpec spec;
  spec.run_id = new_uuid7();
  spec.thread_id = new_uuid7();
  spec.assistant_id = assistant_id;
  spec.graph = entry.graph;
  spec.executor = entry.executor;
  spec.input = runtime::InputValues{make_blob(R"({"counter":0})")};
  return spec;
}

void three_node_chain(benchmark::State& state) {
  telemetry::Logger logger(telemetry::Level::kError);
  ThreadPool pool("runtime", 1);
  ElasticPool blocking("blocking", 1);
  Timers timers(pool);
  plugins::PluginRegistry registry({}, plugins::HostServices{logger, {pool, blocking}, {}});
  const char* folder = std::getenv("AGENTHOST_BENCH_PLUGINS");
  if (folder == nullptr || !registry.scan(folder)) return state.SkipWithError("set AGENTHOST_BENCH_PLUGINS");
  const auto entry = registry.find("echo_chain");
  if (!entry.graph) return state.SkipWithError("echo_chain is not loaded");
  const auto assistant_id = system_assistant_id("echo_chain");
  // Runs follow each other on the pool, so that waking this thread is not part of the figure.
  constexpr std::int64_t kBatch = 1'000;
  for (auto _ : state) {
    std::promise<std::string> last;
    std::int64_t left = kBatch;
    std::function<void()> next = [&] {
      runtime::Run::create(chain_spec(entry, assistant_id), {}, pool, timers, nullptr, nullptr,
                           [&](const runtime::RunResult& result) {
                             if (--left > 0) return next();
                             last.set_value(result.checkpoint ? values_json(*result.checkpoint) : "");
                           })
          ->start();
    };
    next();
    if (last.get_future().get() != R"({"counter":3})") return state.SkipWithError("the chain went wrong");
  }
  state.counters["runs/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kBatch), benchmark::Counter::kIsRate);
  state.counters["us/run"] = benchmark::Counter(static_cast<double>(state.iterations() * kBatch) / 1e6,
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(three_node_chain)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace agenthost

BENCHMARK_MAIN();
