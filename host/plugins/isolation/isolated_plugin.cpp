#include "host/plugins/isolation/isolated_plugin.hpp"

#include <utility>

#include "host/plugins/description.hpp"
#include "host/plugins/isolation/service_calls.hpp"

namespace agenthost::isolation {
namespace {

// The Task first, since it ends the work here; then whoever does it.
class RemoteHandle final : public runtime::TaskHandle {
 public:
  RemoteHandle(std::shared_ptr<plugins::Task> task, std::shared_ptr<RemoteTask> remote, plugins::InUse in_use)
      : task_(std::move(task)), remote_(std::move(remote)), in_use_(std::move(in_use)) {}

  void cancel(runtime::CancelReason reason) override {
    task_->cancel(reason);
    remote_->cancel(reason);
  }
  void abandon() override {
    task_->abandon();
    remote_->abandon();
  }

 private:
  const std::shared_ptr<plugins::Task> task_;
  const std::shared_ptr<RemoteTask> remote_;
  const plugins::InUse in_use_;
};

}  // namespace

// ---- IsolatedExecutor ----

IsolatedExecutor::IsolatedExecutor(RemoteGraph graph, Executor& pool, std::size_t max_update_bytes,
                                   plugins::InUse in_use)
    : graph_(std::move(graph)),
      pool_(pool),
      max_update_bytes_(max_update_bytes),
      in_use_(std::move(in_use)) {}

std::shared_ptr<runtime::TaskHandle> IsolatedExecutor::start(runtime::NodeCall call,
                                                             std::shared_ptr<runtime::TaskSink> sink) {
  AGENTHOST_CHECK(call.node != nullptr && sink != nullptr, "a task needs a node and a sink");
  auto remote = std::make_shared<RemoteTask>(graph_, call);
  auto task =
      std::make_shared<plugins::Task>(remote, std::move(call), std::move(sink), pool_, max_update_bytes_);
  if (task->enlist()) task->run_start_node();
  return std::make_shared<RemoteHandle>(std::move(task), std::move(remote), in_use_);
}

void IsolatedExecutor::route(const runtime::ConditionalEdge& edge, JsonBlob state, Decided decided) {
  graph_.pool->give(std::make_shared<RemoteDecision>(graph_, edge, std::move(state), std::move(decided)));
}

// ---- IsolatedPlugin ----

Result<std::unique_ptr<plugins::RunningPlugin>> IsolatedPlugin::open(
    Equipment equipment, EventLoop& loop, Timers& timers, const plugins::HostServices& services,
    const std::vector<std::string>& service_names, const std::vector<std::string>& model_names) {
  const auto manifest = equipment.manifest;
  auto granted = plugins::granted_to(manifest, services.extensions);
  for (const auto& extension : granted) equipment.extensions.push_back(extension.id);
  auto host = plugins::PluginHost::open(manifest.id, services.logger, std::move(granted));
  if (!host) return fail(host.error());
  equipment.services = known_services(**host, service_names);
  equipment.models = online_models(**host, model_names);
  equipment.max_update_bytes = services.max_update_bytes;
  auto pool = std::make_shared<ChildPool>(std::move(equipment), loop, timers, **host);
  const auto description = pool->open();
  if (!description) {
    (*host)->close();
    return fail(description.error());
  }
  // What the worker has checked is checked again: from here on nobody believes it.
  auto described = plugins::read_description(*description, manifest);
  std::vector<std::shared_ptr<const runtime::Graph>> graphs;
  if (described) {
    for (auto& graph : *described) graphs.push_back(std::make_shared<const runtime::Graph>(std::move(graph)));
  }
  std::unique_ptr<plugins::RunningPlugin> plugin(new IsolatedPlugin(
      **host, std::move(pool), std::move(graphs), services.pools.pool, services.max_update_bytes));
  if (!described) return fail(described.error());
  return plugin;
}

IsolatedPlugin::IsolatedPlugin(plugins::PluginHost& host, std::shared_ptr<ChildPool> pool,
                               std::vector<std::shared_ptr<const runtime::Graph>> graphs, Executor& executor,
                               std::size_t max_update_bytes)
    : host_(host),
      pool_(std::move(pool)),
      graphs_(std::move(graphs)),
      executor_(executor),
      max_update_bytes_(max_update_bytes) {}

IsolatedPlugin::~IsolatedPlugin() {
  static_cast<void>(stop());
}

std::vector<runtime::CatalogEntry> IsolatedPlugin::entries(const plugins::InUse& in_use) const {
  std::vector<runtime::CatalogEntry> entries;
  for (std::uint32_t index = 0; index < graphs_.size(); ++index) {
    const RemoteGraph graph{pool_, &host_, index, graphs_[index]};
    entries.push_back(
        {graph.description, std::make_shared<IsolatedExecutor>(graph, executor_, max_update_bytes_, in_use)});
  }
  return entries;
}

std::string IsolatedPlugin::trouble() const {
  return pool_->trouble();
}

// A process can always be ended, whatever its plugin does.
bool IsolatedPlugin::stop() {
  pool_->stop();
  host_.close();
  return true;
}

}  // namespace agenthost::isolation
