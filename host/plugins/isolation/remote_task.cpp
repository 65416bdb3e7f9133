#include "host/plugins/isolation/remote_task.hpp"

#include <utility>

#include "host/plugins/c_types.hpp"
#include "host/plugins/host_api.hpp"

namespace agenthost::isolation {
namespace {

using plugins::borrow;
using plugins::host_api;

std::string_view text_or_empty_object(const JsonBlob& blob) {
  return blob == nullptr ? std::string_view("{}") : std::string_view(*blob);
}

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// Lent for one call: nothing to release.
agent_bytes lend(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, nullptr};
}

agent_status start_node(agent_graph* graph, agent_task* task, const agent_node_call*) noexcept {
  RemoteTask::of(graph).start(task);
  return AGENT_OK;
}

void on_reply(agent_graph* graph, agent_task*, std::uint64_t token, const agent_reply* reply) noexcept {
  RemoteTask::of(graph).reply(token, *reply);
}

}  // namespace

// What a Task calls, and nothing else: the rest of a plugin's life is the worker's.
const agent_plugin_api& remote_api() {
  static constexpr agent_plugin_api kApi{
      .struct_size = AGENT_SIZE(agent_plugin_api, stop),
      .reserved = 0,
      .describe = nullptr,
      .create_graph = nullptr,
      .destroy_graph = nullptr,
      .start_node = start_node,
      .on_reply = on_reply,
      .route = nullptr,
      .cancel = nullptr,
      .stop = nullptr,
  };
  return kApi;
}

// ---- RemoteTask ----

RemoteTask::RemoteTask(const RemoteGraph& where, runtime::NodeCall& call)
    : plugins::GraphInstance{where.host, &remote_api(), reinterpret_cast<agent_graph*>(this),
                             where.description},
      pool_(where.pool),
      graph_index_(where.index),
      call_(call) {
  call.answers.clear();
}

RemoteTask& RemoteTask::of(agent_graph* handle) {
  return *reinterpret_cast<RemoteTask*>(handle);
}

void RemoteTask::start(agent_task* task) {
  task_ = task;
  pool_->give(shared_from_this());
}

void RemoteTask::give(const std::shared_ptr<Child>& child, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (number < number_) return;  // that process was lost, and this given to another, before we came here
  child_ = child;
  number_ = number;
  open_calls_ = 0;
  if (abandoned_) return pool_->give_up(child, number, ChildPool::Holds::kNothing);
  Start start;
  start.task = number;
  start.graph = graph_index_;
  start.attempt = call_.attempt + times_given_++;
  start.deadline_ns = nanoseconds(call_.deadline);
  start.trace_high = call_.trace.trace_high;
  start.trace_low = call_.trace.trace_low;
  start.span = call_.trace.span;
  start.node = call_.node->path;
  start.state = text_or_empty_object(call_.state);
  start.config = text_or_empty_object(call_.config);
  start.answers.reserve(call_.answers.size());
  for (const auto& answer : call_.answers) {
    start.answers.push_back(answer == nullptr ? std::string_view("null") : std::string_view(*answer));
  }
  child->wire().send(start);
  if (cancelled_) child->wire().send(Cancel{number, static_cast<std::uint8_t>(*cancelled_)});
}

void RemoteTask::reply(std::uint64_t call, const agent_reply& reply) {
  const std::lock_guard lock(mutex_);
  // The answer to a question of a process that is gone is for nobody.
  if (child_ == nullptr || child_->number() != call >> 32U) return;
  if (reply.status != AGENT_MORE && open_calls_ > 0) --open_calls_;
  child_->wire().send(Reply{call, reply.status, plugins::view(reply.text), plugins::view(reply.body)});
}

bool RemoteTask::open_call() {
  const std::lock_guard lock(mutex_);
  if (open_calls_ == kMaxOpenCalls) return false;
  ++open_calls_;
  return true;
}

void RemoteTask::cancel(runtime::CancelReason reason) {
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_ || abandoned_) return;
    cancelled_ = reason;
    if (child_ != nullptr) child_->wire().send(Cancel{number_, static_cast<std::uint8_t>(reason)});
  }
  if (!pool_->withdraw(*this)) return;
  const bool deadline = reason == runtime::CancelReason::kDeadline;
  failed({deadline ? ErrorCode::kDeadline : ErrorCode::kCancelled, name() + " was not started", {}});
}

void RemoteTask::abandon() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(abandoned_, true)) return;
  const auto holds = call_.node->blocking ? ChildPool::Holds::kThread : ChildPool::Holds::kNothing;
  if (child_ != nullptr) pool_->give_up(child_, number_, holds);
  static_cast<void>(pool_->withdraw(*this));
}

void RemoteTask::ended(agent_status status, std::string_view text) {
  auto update = lend(text);
  host_api().complete(task_, status, &update);
}

void RemoteTask::failed(const Error& error) {
  host_api().fail(task_, static_cast<agent_status>(error.code), borrow(error.kind), borrow(error.text));
}

void RemoteTask::asked(std::string_view question) {
  agent_bytes answer{};
  const auto status = host_api().interrupt(task_, borrow(question), &answer);
  const plugins::OwnedBytes none(&answer);
  if (status == AGENT_INTERRUPTED) {
    host_api().complete(task_, AGENT_INTERRUPTED, nullptr);
  } else {
    failed({ErrorCode::kInternal, name() + " asked a question that is no JSON", "PluginError"});
  }
}

std::string RemoteTask::name() const {
  return "node " + call_.node->path + " of plugin " + host->plugin_id();
}

// ---- RemoteDecision ----

RemoteDecision::RemoteDecision(const RemoteGraph& graph, const runtime::ConditionalEdge& edge, JsonBlob state,
                               runtime::NodeExecutor::Decided decided)
    : plugin_id_(graph.host->plugin_id()),
      graph_index_(graph.index),
      edge_(edge.path),
      state_(std::move(state)),
      decided_(std::move(decided)) {}

void RemoteDecision::give(const std::shared_ptr<Child>& child, std::uint64_t number) {
  child->wire().send(Decide{number, graph_index_, edge_, text_or_empty_object(state_)});
}

void RemoteDecision::ended(agent_status status, std::string_view text) {
  if (status == AGENT_OK) return decided_(make_blob(std::string(text)));
  failed({plugins::code_of(status), name() + " ended with " + plugins::status_name(status), "PluginError"});
}

void RemoteDecision::failed(const Error& error) {
  decided_(fail(error));
}

void RemoteDecision::asked(std::string_view) {
  failed({ErrorCode::kInternal, name() + " asked a human; only nodes may", "PluginError"});
}

std::string RemoteDecision::name() const {
  return "conditional edge " + edge_ + " of plugin " + plugin_id_;
}

}  // namespace agenthost::isolation
