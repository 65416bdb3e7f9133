// TaskCall: one open ExtensionCall of a Task. All of its state is the task's and guarded by the task's mutex,
// so that "the reply or the cancellation, whichever is first" is decided in one place. Thread-safe.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "host/plugins/extension_call.hpp"
#include "host/plugins/task.hpp"

namespace agenthost::plugins {

class TaskCall final : public ExtensionCall {
 public:
  TaskCall(std::shared_ptr<Task> task, std::uint64_t token, std::function<void()> on_cancel);

  void part(std::string json) override;
  void finish(agent_status status, std::string text, std::string body) override;
  void emit_message(std::string json) override;
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const override { return task_->deadline(); }
  [[nodiscard]] const std::string& plugin_id() const override { return task_->host().plugin_id(); }

  [[nodiscard]] std::uint64_t token() const { return token_; }
  // Calls on_cancel: by the one who closed the call, outside the task's lock.
  void tell_service();

 private:
  friend class Task;
  static constexpr std::size_t kClosed = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] bool is_open() const { return place_ != kClosed; }

  // Constant after construction
  const std::shared_ptr<Task> task_;
  const std::uint64_t token_;
  // Taken by the one who closed the call
  std::function<void()> on_cancel_;
  // Guarded by the task's mutex: the index in its list of open calls
  std::size_t place_ = kClosed;
};

}  // namespace agenthost::plugins
