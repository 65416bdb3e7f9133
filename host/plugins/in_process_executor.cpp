#include "host/plugins/in_process_executor.hpp"

#include <algorithm>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"

namespace agenthost::plugins {
namespace {

bool may_lead_to(const runtime::ConditionalEdge& edge, const runtime::Graph& graph, std::string_view target) {
  if (edge.targets.empty()) return target == runtime::kEnd || graph.find_node(target) != nullptr;
  return std::find(edge.targets.begin(), edge.targets.end(), target) != edge.targets.end();
}

}  // namespace

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

Result<std::vector<std::string>> InProcessExecutor::ask_route(const runtime::ConditionalEdge& edge,
                                                              const JsonBlob& state) const {
  agent_bytes out{};
  auto status = AGENT_OK;
  {
    const CallScope scope(*graph_->host);
    status = graph_->api->route(graph_->graph, borrow(edge.name),
                                borrow(state == nullptr ? std::string_view("{}") : *state), &out);
  }
  const OwnedBytes answer(&out);
  if (status == AGENT_OK) return read_targets(edge, answer.text());
  auto error = route_error(edge, "failed with " + status_name(status) +
                                     (answer.text().empty() ? "" : ": " + printable(answer.text())));
  error.value().code = code_of(status);
  return error;
}

Result<std::vector<std::string>> InProcessExecutor::read_targets(const runtime::ConditionalEdge& edge,
                                                                 std::string_view answer) const {
  const auto names = parse_json(answer);
  if (!names) return route_error(edge, "answered with what is no JSON: " + names.error().text);
  if (!names->IsArray()) return route_error(edge, "must answer with a JSON array of node names");
  std::vector<std::string> targets;
  for (const auto& name : names->GetArray()) {
    if (!name.IsString()) return route_error(edge, "must answer with a JSON array of node names");
    if (!may_lead_to(edge, *graph_->description, as_view(name))) {
      return route_error(edge, "leads to \"" + std::string(as_view(name)) +
                                   "\", which is not among the targets it was described with");
    }
    targets.emplace_back(as_view(name));
  }
  return targets;
}

tl::unexpected<Error> InProcessExecutor::route_error(const runtime::ConditionalEdge& edge,
                                                     std::string text) const {
  return agenthost::fail(
      ErrorCode::kInternal,
      "conditional edge " + edge.name + " of plugin " + graph_->host->plugin_id() + " " + std::move(text),
      "PluginError");
}

}  // namespace agenthost::plugins
