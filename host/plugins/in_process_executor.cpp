#include "host/plugins/in_process_executor.hpp"

#include <utility>

#include "host/base/activity.hpp"
#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"

namespace agenthost::plugins {

InProcessExecutor::InProcessExecutor(GraphInstancePtr graph, ExecutorPools pools,
                                     std::size_t max_update_bytes)
    : graph_(std::move(graph)), pools_(pools), max_update_bytes_(max_update_bytes) {}

std::shared_ptr<runtime::TaskHandle> InProcessExecutor::start(runtime::NodeCall call,
                                                              std::shared_ptr<runtime::TaskSink> sink) {
  AGENTHOST_CHECK(call.node != nullptr && sink != nullptr, "a task needs a node and a sink");
  const bool blocking = call.node->blocking;
  auto& on = blocking ? pools_.blocking : pools_.pool;
  auto task = std::make_shared<Task>(graph_, std::move(call), std::move(sink), on, max_update_bytes_);
  if (!task->enlist()) return task;
  if (blocking) {
    on.post([task] { task->run_start_node(); });
  } else {
    task->run_start_node();
  }
  return task;
}

void InProcessExecutor::route(const runtime::ConditionalEdge& edge, JsonBlob state, Decided decided) {
  decided(ask_route(edge, state));
}

Result<JsonBlob> InProcessExecutor::ask_route(const runtime::ConditionalEdge& edge,
                                              const JsonBlob& state) const {
  agent_bytes out{};
  auto status = AGENT_OK;
  {
    const CallScope scope(*graph_->host);
    const Activity activity("conditional edge ", edge.path, graph_->host->plugin_id());
    status = graph_->api->route(graph_->graph, borrow(edge.path),
                                borrow(state == nullptr ? std::string_view("{}") : *state), &out);
  }
  const OwnedBytes answer(&out);
  if (status == AGENT_OK) return make_blob(std::string(answer.text()));
  auto error = route_error(edge, "failed with " + status_name(status) +
                                     (answer.text().empty() ? "" : ": " + printable(answer.text())));
  error.value().code = code_of(status);
  return error;
}

tl::unexpected<Error> InProcessExecutor::route_error(const runtime::ConditionalEdge& edge,
                                                     std::string text) const {
  return agenthost::fail(
      ErrorCode::kInternal,
      "conditional edge " + edge.path + " of plugin " + graph_->host->plugin_id() + " " + std::move(text),
      "PluginError");
}

}  // namespace agenthost::plugins
