// RemoteTask: a node's execution by a worker process, and RemoteDecision: a conditional edge's. Thread-safe.
//
// For the loop and for the host's services a node in a process is a Task like any other, whose plugin is the
// table remote_api(): its start_node gives the task to the pool, its on_reply sends a service's answer on. So
// limits, checks, cancellation and the services' rules are those of plugins in this process.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/plugins/isolation/assignment.hpp"
#include "host/plugins/isolation/child.hpp"
#include "host/plugins/isolation/child_pool.hpp"
#include "host/plugins/task.hpp"
#include "host/runtime/node_executor.hpp"

namespace agenthost::isolation {

// Where a graph of an isolated plugin runs.
struct RemoteGraph {
  // Shared because: its tasks may end after the plugin was let go.
  std::shared_ptr<ChildPool> pool;
  plugins::PluginHost* host = nullptr;  // immortal
  std::uint32_t index = 0;              // in describe()'s list
  std::shared_ptr<const runtime::Graph> description;
};

[[nodiscard]] const agent_plugin_api& remote_api();

// It is the GraphInstance of its own Task, so that remote_api() gets it as agent_graph*.
class RemoteTask final : public Assignment,
                         public plugins::GraphInstance,
                         public std::enable_shared_from_this<RemoteTask> {
 public:
  // Takes the call's answers: the question is asked over there.
  RemoteTask(const RemoteGraph& where, runtime::NodeCall& call);
  [[nodiscard]] static RemoteTask& of(agent_graph* handle);

  // remote_api()'s side
  void start(agent_task* task);
  void reply(std::uint64_t call, const agent_reply& reply);

  // The loop's side, after the Task has been told
  void cancel(runtime::CancelReason reason);
  void abandon();

  // Assignment
  void give(const std::shared_ptr<Child>& child, std::uint64_t number) override;
  void ended(agent_status status, std::string_view text) override;
  void failed(const Error& error) override;
  void asked(std::string_view question) override;
  [[nodiscard]] agent_task* task() const override { return task_; }
  [[nodiscard]] bool open_call() override;
  [[nodiscard]] std::string name() const override;

 private:
  static constexpr unsigned kMaxOpenCalls = 1'000;

  // Constant after construction
  const std::shared_ptr<ChildPool> pool_;
  const std::uint32_t graph_index_;
  const runtime::NodeCall call_;
  // Constant after start()
  agent_task* task_ = nullptr;

  std::mutex mutex_;
  // Guarded by mutex_
  std::shared_ptr<Child> child_;  // who has it
  std::uint64_t number_ = 0;
  unsigned times_given_ = 0;
  unsigned open_calls_ = 0;
  std::optional<runtime::CancelReason> cancelled_;
  bool abandoned_ = false;
};

class RemoteDecision final : public Assignment {
 public:
  RemoteDecision(const RemoteGraph& graph, const runtime::ConditionalEdge& edge, JsonBlob state,
                 runtime::NodeExecutor::Decided decided);

  void give(const std::shared_ptr<Child>& child, std::uint64_t number) override;
  void ended(agent_status status, std::string_view text) override;
  void failed(const Error& error) override;
  void asked(std::string_view question) override;
  [[nodiscard]] agent_task* task() const override { return nullptr; }
  [[nodiscard]] bool open_call() override { return false; }
  [[nodiscard]] std::string name() const override;

 private:
  // Constant after construction
  const std::string plugin_id_;
  const std::uint32_t graph_index_;
  const std::string edge_;
  const JsonBlob state_;
  const runtime::NodeExecutor::Decided decided_;
};

}  // namespace agenthost::isolation
