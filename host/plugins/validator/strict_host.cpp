#include "host/plugins/validator/strict_host.hpp"

#include <algorithm>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/validator/strict_task.hpp"

namespace agenthost::plugins::validator {

using std::chrono::steady_clock;

namespace {
// Generous: a node that computes is no fault, one that waits is.
constexpr std::chrono::milliseconds kQuick{500};
}  // namespace

Ending StrictHost::run(const agent_plugin_api& plugin, agent_graph* graph, const RunPlan& plan) {
  Task* task = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (lost_.count(plan.who) != 0) return {};
    tasks_.push_back(std::make_unique<Task>(plan, graph, steady_clock::now() + patience_.node));
    task = tasks_.back().get();
    task->cancelled = plan.cancel_after_calls == 0;
  }
  start(plugin, *task);
  drive(plugin, *task);
  const std::lock_guard lock(mutex_);
  return task->ending;
}

void StrictHost::start(const agent_plugin_api& plugin, Task& task) {
  const agent_node_call call{.struct_size = AGENT_SIZE(agent_node_call, config),
                             .attempt = 1,
                             .node = borrow(task.plan.node),
                             .state = borrow(task.plan.state),
                             .config = borrow(task.plan.config)};
  witness_.step("start_node", task.who);
  const auto began = steady_clock::now();
  const auto status = plugin.start_node(task.graph, task.handle(), &call);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
  if (!task.plan.blocking && took > kQuick) {
    witness_.warning(task.who + ": start_node took " + std::to_string(took.count()) +
                     " ms, and everything waited; declare the node blocking");
  }
  if (status == AGENT_OK) return;
  const std::lock_guard lock(mutex_);
  if (task.has_ended()) {
    witness_.error(task.who + ": start_node returned " + status_name(status) +
                   " for a task that it had ended; return AGENT_OK then");
  } else {
    task.ending.kind = Ending::Kind::kRefused;
    task.ending.status = status;
    task.ending.text = "start_node returned " + status_name(status);
  }
}

// Until the task has ended, or would not even after a cancel.
void StrictHost::drive(const agent_plugin_api& plugin, Task& task) {
  auto until = task.deadline;
  bool told = false;
  std::unique_lock lock(mutex_);
  const auto is_due = [&] { return task.has_ended() || !task.inbox.empty() || (task.cancelled && !told); };
  while (!task.has_ended()) {
    const bool in_time = changed_.wait_until(lock, until, is_due) && steady_clock::now() < until;
    if (task.has_ended()) return;
    if (!in_time && told) return say_endless(task);
    if (!in_time) task.cancelled = true;
    if (task.cancelled && !std::exchange(told, true)) {
      until = steady_clock::now() + patience_.grace;
      lock.unlock();
      cancel(plugin, task);
      lock.lock();
    } else {
      const auto reply = std::move(task.inbox.front());
      task.inbox.pop_front();
      lock.unlock();
      deliver(plugin, task, reply);
      lock.lock();
    }
  }
}

void StrictHost::say_endless(const Task& task) {
  witness_.error(task.who + ": never ends: neither within " + std::to_string(patience_.node.count()) +
                 " ms nor within " + std::to_string(patience_.grace.count()) +
                 " ms after a cancel; call complete() or fail() exactly once; it is not tried again");
  witness_.lose(task.who);
  lost_.insert(task.who);
}

void StrictHost::deliver(const agent_plugin_api& plugin, Task& task, const Reply& reply) {
  {
    const std::lock_guard lock(mutex_);
    task.open_tokens.erase(reply.token);
  }
  const agent_reply message{.struct_size = AGENT_SIZE(agent_reply, body),
                            .status = reply.status,
                            .text = borrow(reply.text),
                            .body = borrow(reply.body)};
  witness_.step("on_reply", task.who);
  plugin.on_reply(task.graph, task.handle(), reply.token, &message);
}

// As the server does it: waiting calls end, then the plugin hears of it. Twice, since it must not matter.
void StrictHost::cancel(const agent_plugin_api& plugin, Task& task) {
  {
    const std::lock_guard lock(mutex_);
    task.cancelled = true;
    for (auto& reply : task.inbox) {
      reply = {reply.token, AGENT_CANCELLED, "the run was cancelled", {}};
    }
  }
  if (!AGENT_HAS(&plugin, agent_plugin_api, cancel)) return;
  witness_.step("cancel", task.who);
  plugin.cancel(task.graph, task.handle());
  plugin.cancel(task.graph, task.handle());
}

agent_task* StrictHost::last_task() {
  const std::lock_guard lock(mutex_);
  return tasks_.empty() ? nullptr : tasks_.back()->handle();
}

void StrictHost::forget() {
  const std::lock_guard lock(mutex_);
  tasks_.clear();
  answers_.clear();
}

void StrictHost::check_leftovers() {
  const std::lock_guard lock(mutex_);
  for (const auto& answer : answers_) {
    if (answer->releases == 0) {
      witness_.error(answer->who +
                     ": does not release the answer of interrupt(); call answer.release(&answer)");
    }
  }
}

std::set<std::string> StrictHost::refused() {
  const std::lock_guard lock(mutex_);
  return refused_;
}

StrictHost::Task* StrictHost::live_task(const agent_task* handle, std::string_view function) {
  const auto is_it = [&](const std::unique_ptr<Task>& task) { return task->handle() == handle; };
  const auto found = std::find_if(tasks_.rbegin(), tasks_.rend(), is_it);
  if (found == tasks_.rend()) {
    witness_.error("calls " + std::string(function) + " with a task that never was");
    return nullptr;
  }
  if (!(*found)->has_ended()) return found->get();
  const bool ends_again = function == "complete()" || function == "fail()";
  witness_.error((*found)->who + ": calls " + std::string(function) + " after the task has ended" +
                 (ends_again ? "; a task ends exactly once" : ""));
  return nullptr;
}

// ---- What it says ----

bool StrictHost::check_update(const Task& task, agent_status status, std::string_view update) {
  constexpr std::size_t kMaxUpdate = std::size_t{64} << 20U;
  if (update.size() > kMaxUpdate) {
    witness_.error(task.who + ": completes with " + std::to_string(update.size()) +
                   " bytes, over the server's default limit of " + std::to_string(kMaxUpdate));
    return false;
  }
  const auto members = split_object(update);
  if (!members) {
    const auto* what = status == AGENT_COMMAND ? "a command" : "an update";
    witness_.error(task.who + ": completes with " + what +
                   " that is no JSON object: " + members.error().text);
  }
  return members.has_value();
}

void StrictHost::check_command(const Task& task, std::string_view command) {
  const auto members = split_object(command);
  for (const auto& member : *members) {
    const auto value = parse_json(member.text);
    if (member.key == "update") continue;
    if (member.key == "goto") {
      if (!value || !value->IsArray()) witness_.error(task.who + ": a command's \"goto\" must be a list");
    } else if (member.key == "graph") {
      if (!value || !value->IsString() || as_view(*value) != "__parent__")
        witness_.error(task.who + ": a command's \"graph\" can only be \"__parent__\"");
    } else {
      witness_.warning(task.who + ": a command has no \"" + printable(member.key) + "\"; it is ignored");
    }
  }
}

}  // namespace agenthost::plugins::validator
