// IsolatedPlugin: a plugin whose code runs in worker processes. Its executors look like those of a plugin in
// this process. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/plugins/isolation/remote_task.hpp"
#include "host/plugins/loader.hpp"
#include "host/plugins/running_plugin.hpp"

namespace agenthost::isolation {

class IsolatedExecutor final : public runtime::NodeExecutor {
 public:
  // in_use: kept as long as this or a task of it lives.
  IsolatedExecutor(RemoteGraph graph, Executor& pool, std::size_t max_update_bytes, plugins::InUse in_use);

  std::shared_ptr<runtime::TaskHandle> start(runtime::NodeCall call,
                                             std::shared_ptr<runtime::TaskSink> sink) override;
  void route(const runtime::ConditionalEdge& edge, JsonBlob state, Decided decided) override;

 private:
  const RemoteGraph graph_;
  Executor& pool_;
  const std::size_t max_update_bytes_;
  const plugins::InUse in_use_;
};

class IsolatedPlugin final : public plugins::RunningPlugin {
 public:
  // The first contact with the library happens in a worker process, and so does every later one.
  [[nodiscard]] static Result<std::unique_ptr<plugins::RunningPlugin>> open(
      Equipment equipment, EventLoop& loop, Timers& timers, const plugins::HostServices& services,
      const std::vector<std::string>& service_names, const std::vector<std::string>& model_names);
  ~IsolatedPlugin() override;

  [[nodiscard]] std::vector<runtime::CatalogEntry> entries(const plugins::InUse& in_use) const override;
  [[nodiscard]] std::string trouble() const override;
  [[nodiscard]] bool stop() override;

 private:
  IsolatedPlugin(plugins::PluginHost& host, std::shared_ptr<ChildPool> pool,
                 std::vector<std::shared_ptr<const runtime::Graph>> graphs, Executor& executor,
                 std::size_t max_update_bytes);

  plugins::PluginHost& host_;
  const std::shared_ptr<ChildPool> pool_;
  const std::vector<std::shared_ptr<const runtime::Graph>> graphs_;
  Executor& executor_;
  const std::size_t max_update_bytes_;
};

}  // namespace agenthost::isolation
