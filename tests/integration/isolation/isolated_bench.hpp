// IsolatedBench: one plugin of the build tree in worker processes (or, to compare, in this one), and
// everything needed to run its nodes.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/plugins/bring_up.hpp"
#include "host/plugins/isolation/processes.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::isolation::test {

// The log, kept.
class LogBook {
 public:
  telemetry::Logger::Sink sink() {
    return [this](telemetry::Level, std::string_view, std::string_view text) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(text);
    };
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  bool has(const std::string& part) {
    for (const auto& line : lines()) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_
  std::vector<std::string> lines_;
};

// True as soon as the condition is; false when it is not in time.
inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + plugins::test::kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class IsolatedBench {
 public:
  explicit IsolatedBench(settings::WorkerProcesses limits = {},
                         std::vector<plugins::Extension> extensions = {}, KnownNames names = {})
      : processes_(*Processes::open(timers_, std::move(limits), std::move(names))),
        services_{
            logger_, {pool_, blocking_}, std::move(extensions), std::size_t{1} << 20U, processes_.get()} {}
  ~IsolatedBench() {
    if (plugin_ != nullptr) static_cast<void>(plugin_->stop());
    plugin_.reset();
    timers_.stop();
    blocking_.stop();
    pool_.stop();
  }
  IsolatedBench(const IsolatedBench&) = delete;
  IsolatedBench& operator=(const IsolatedBench&) = delete;

  // The error when it is refused, else empty.
  std::string launch(const std::filesystem::path& folder, const std::string& config = "{}",
                     settings::Isolation isolation = settings::Isolation::kProcess) {
    const auto manifest = plugins::read_manifest(folder / plugins::kManifestFile);
    if (!manifest) return manifest.error().text;
    auto plugin =
        plugins::bring_up({*manifest, folder, folder / manifest->library, config}, isolation, services_);
    if (!plugin) return plugin.error().text;
    plugin_ = std::move(*plugin);
    for (auto& entry : plugin_->entries(nullptr)) entries_[entry.graph->id()] = entry;
    return {};
  }

  plugins::RunningPlugin& plugin() { return *plugin_; }
  const runtime::CatalogEntry& entry(const std::string& graph) { return entries_.at(graph); }

  std::shared_ptr<runtime::TaskHandle> start(std::shared_ptr<runtime::TaskSink> sink,
                                             const std::string& state = "{}", std::string graph = {},
                                             std::string_view node = {}, std::vector<JsonBlob> answers = {}) {
    const auto& entry = graph.empty() ? entries_.begin()->second : entries_.at(graph);
    runtime::NodeCall call;
    call.node = node.empty() ? &entry.graph->nodes().front() : entry.graph->find_node(node);
    call.state = make_blob(state);
    call.config = make_blob(R"({"run_id":"r"})");
    call.answers = std::move(answers);
    call.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    call.trace = trace;
    return entry.executor->start(std::move(call), std::move(sink));
  }
  std::optional<runtime::NodeOutcome> run(const std::string& state = "{}", const std::string& graph = {},
                                          std::string_view node = {}, std::vector<JsonBlob> answers = {}) {
    const auto sink = std::make_shared<plugins::test::RecordingSink>();
    const auto task = start(sink, state, graph, node, std::move(answers));
    return sink->wait();
  }

  LogBook log;
  telemetry::TraceContext trace;  // of the nodes that are started from now on

 private:
  telemetry::Logger logger_{log.sink()};
  ThreadPool pool_{"test", 2};
  ElasticPool blocking_{"test-blocking", 2};
  Timers timers_{pool_};
  std::unique_ptr<Processes> processes_;
  const plugins::HostServices services_;
  std::unique_ptr<plugins::RunningPlugin> plugin_;
  std::map<std::string, runtime::CatalogEntry> entries_;
};

}  // namespace agenthost::isolation::test
