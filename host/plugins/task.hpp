// Task: one execution of one node by a plugin in this process.
//
// Three sides meet here: the loop (TaskHandle: cancel, abandon), the plugin (the host API's functions, by
// handle) and the host's services (ExtensionCall). The plugin's start_node and on_reply never overlap:
// replies wait in an inbox that one job at a time drains on the task's pool. The task ends once; whoever
// takes its handle out of the table ends it, and the sink's done() comes after the last emit() has left the
// sink. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agenthost/agent_plugin.h"
#include "host/base/executor.hpp"
#include "host/plugins/extension_call.hpp"
#include "host/plugins/plugin_host.hpp"
#include "host/runtime/graph.hpp"
#include "host/runtime/node_executor.hpp"

namespace agenthost::plugins {

// One configured graph of a plugin: what agent_graph* is made of.
struct GraphInstance {
  PluginHost* host = nullptr;             // immortal
  const agent_plugin_api* api = nullptr;  // immortal: libraries stay mapped
  agent_graph* graph = nullptr;           // destroyed by the registry, when no task is alive
  // Shared because: the catalogue and runs in flight use it too.
  std::shared_ptr<const runtime::Graph> description;
};
// Shared because: the executor and each of its tasks need it.
using GraphInstancePtr = std::shared_ptr<const GraphInstance>;

class TaskCall;

class Task final : public runtime::TaskHandle, public std::enable_shared_from_this<Task> {
 public:
  Task(GraphInstancePtr graph, runtime::NodeCall call, std::shared_ptr<runtime::TaskSink> sink, Executor& on,
       std::size_t max_update_bytes);
  ~Task() override;

  // The loop's side. enlist() first: false when the plugin has no room for a task; the sink is told.
  [[nodiscard]] bool enlist();
  // What the plugin knows it as; null before enlist().
  [[nodiscard]] agent_task* handle() const { return handle_; }
  void run_start_node();
  void cancel(runtime::CancelReason reason) override;
  void abandon() override;

  // The plugin's side. complete and fail: only by who took the task out of the table.
  void complete(agent_status status, std::string_view update);
  void fail(agent_status status, std::string_view kind, std::string_view text);
  [[nodiscard]] agent_status emit(std::string_view channel, std::string_view json);
  [[nodiscard]] agent_status interrupt(std::string_view value, agent_bytes* answer);
  [[nodiscard]] std::uint64_t nanoseconds_left() const;
  [[nodiscard]] bool should_stop() const;

  // The services' side; nullptr when the task has ended.
  [[nodiscard]] ExtensionCallPtr begin_call(std::uint64_t token, std::function<void()> on_cancel);
  [[nodiscard]] const telemetry::TraceContext& trace() const { return call_.trace; }
  // False when it has told of as many spans as a task may.
  [[nodiscard]] bool admit_span() { return spans_.fetch_add(1) < kMaxSpans; }

  // Ends without telling the sink.
  void drop();

  [[nodiscard]] PluginHost& host() const { return *graph_->host; }
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return call_.deadline; }

 private:
  friend class TaskCall;
  using CallPtr = std::shared_ptr<TaskCall>;
  struct Reply {
    std::uint64_t token;
    agent_status status;
    std::string text, body;
  };
  enum class Stage { kWaiting, kRunning, kEnded };
  enum class After { kMore, kFinal };

  void call_start_node();
  void push_reply(Reply reply);  // holds mutex_
  void drain();
  // False when the call was closed before: the reply is dropped.
  bool reply_from(TaskCall& call, After after, Reply reply);
  agent_status emit_to_sink(runtime::TaskSink::Channel channel, std::string_view json);
  void leave_sink();
  // Ends with an outcome, when the handle is still ours to take.
  void end_if_alive(runtime::NodeOutcome outcome);
  void end(runtime::NodeOutcome outcome);
  void tell(runtime::TaskSink& sink, runtime::NodeOutcome outcome) const;
  [[nodiscard]] std::vector<CallPtr> close_calls();  // holds mutex_
  [[nodiscard]] runtime::NodeOutcome outcome_of(agent_status status, std::string_view update) const;
  [[nodiscard]] Error plugin_error(std::string text) const;

  static constexpr unsigned kMaxSpans = 1'000;

  // Constant after construction
  const GraphInstancePtr graph_;
  const runtime::NodeCall call_;
  Executor& on_;
  const std::size_t max_update_bytes_;
  // Constant after enlist()
  agent_task* handle_ = nullptr;
  // Own synchronisation
  std::atomic<unsigned> spans_{0};

  mutable std::mutex mutex_;
  // Guarded by mutex_
  Stage stage_ = Stage::kWaiting;
  std::optional<runtime::CancelReason> cancelled_;
  // Shared because: the loop owns it; an emit in flight holds on to it. Null once done or dropped.
  std::shared_ptr<runtime::TaskSink> sink_;
  unsigned emitting_ = 0;                        // emits inside the sink right now
  std::optional<runtime::NodeOutcome> outcome_;  // held back until emitting_ is 0
  bool in_plugin_ = false;                       // start_node or on_reply is running, or a drain is posted
  std::vector<Reply> inbox_;
  std::vector<CallPtr> calls_;  // open ones
  std::size_t interrupts_asked_ = 0;
  JsonBlob interrupt_value_;
};

}  // namespace agenthost::plugins
