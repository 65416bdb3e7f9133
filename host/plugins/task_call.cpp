#include "host/plugins/task_call.hpp"

#include <exception>
#include <utility>

namespace agenthost::plugins {

TaskCall::TaskCall(std::shared_ptr<Task> task, std::uint64_t token, std::function<void()> on_cancel)
    : task_(std::move(task)), token_(token), on_cancel_(std::move(on_cancel)) {}

void TaskCall::part(std::string json) {
  task_->reply_from(*this, Task::After::kMore, {token_, AGENT_MORE, std::move(json), {}});
}

void TaskCall::finish(agent_status status, std::string text, std::string body) {
  const bool closed_here =
      task_->reply_from(*this, Task::After::kFinal, {token_, status, std::move(text), std::move(body)});
  if (closed_here) on_cancel_ = nullptr;  // it often holds the call itself
}

void TaskCall::emit_message(std::string json) {
  // The reader's pressure is the service's to ignore: a model cannot be told to pause.
  static_cast<void>(task_->emit("messages", json));
}

void TaskCall::tell_service() {
  const auto on_cancel = std::exchange(on_cancel_, nullptr);
  if (!on_cancel) return;
  try {
    on_cancel();
  } catch (const std::exception& e) {
    task_->host().log(telemetry::Level::kError,
                      std::string("a service failed to cancel a call: ") + e.what());
  }
}

}  // namespace agenthost::plugins
