// The bodies of testing::Host. Thread-safe where the ABI says [any-thread].
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/fake_host.hpp"

namespace agent::testing {

// ---- Loading ----

inline const agent_plugin_api& Host::Impl::plugin() {
  if (entered_.plugin_api != nullptr) return *entered_.plugin_api;
  const agent_entry_request request{
      AGENT_SIZE(agent_entry_request, host), AGENT_ABI_MAJOR, AGENT_ABI_MINOR, 0, &kHostApi,
      reinterpret_cast<agent_host*>(this)};
  entered_ = {};
  entered_.struct_size = AGENT_SIZE(agent_entry_reply, plugin);
  const agent_status status = entry_(&request, &entered_);
  if (status != AGENT_OK) {
    entered_.plugin_api = nullptr;
    std::string reason = "the plugin refused to load";
    for (const std::string& line : logs) reason.append("\n  ").append(line);
    throw Error(static_cast<Code>(status), reason);
  }
  return *entered_.plugin_api;
}

inline void Host::Impl::unload() {
  for (const auto& [id, graph] : graphs_) entered_.plugin_api->destroy_graph(graph);
  graphs_.clear();
  if (entered_.plugin_api != nullptr) entered_.plugin_api->stop(entered_.plugin);
  entered_ = {};
}

inline agent_graph* Host::Impl::graph(std::string_view graph_id) {
  const agent_plugin_api& api = plugin();
  if (const auto found = graphs_.find(graph_id); found != graphs_.end()) return found->second;
  agent_graph* made = nullptr;
  detail::Received error;
  const std::string config = to_text(plugin_config);
  const agent_status status = api.create_graph(entered_.plugin, detail::borrow(graph_id),
                                               detail::borrow(config), &made, error.slot());
  if (status != AGENT_OK) throw Error(static_cast<Code>(status), std::string(error.text()));
  return graphs_.emplace(graph_id, made).first->second;
}

// ---- Running one node ----

inline Outcome Host::Impl::run(std::string_view graph_id, std::string_view node, const Json& state,
                               RunOptions options) {
  Json config{{"configurable", Json::object()},
              {"context", Json::object()},
              {"metadata", Json::object()},
              {"run_id", "run-1"},
              {"thread_id", "thread-1"},
              {"assistant_id", "assistant-1"},
              {"graph_id", graph_id},
              {"checkpoint_ns", ""},
              {"task_id", "task-1"},
              {"step", 1}};
  config.merge_patch(options.config);
  agent_graph* const instance = graph(graph_id);
  FakeTask* task = nullptr;
  {
    const std::lock_guard lock(mutex_);
    task = tasks_.emplace_back(std::make_unique<FakeTask>()).get();
  }
  task->host = this;
  task->graph = instance;
  task->options = std::move(options);
  const std::string state_text = to_text(state);
  const std::string config_text = to_text(config);
  const agent_node_call call{AGENT_SIZE(agent_node_call, config), task->options.attempt, detail::borrow(node),
                             detail::borrow(state_text), detail::borrow(config_text)};
  const agent_status status = plugin().start_node(instance, real(*task), &call);
  if (status != AGENT_OK) fail(real(*task), status, {}, detail::borrow("start_node refused the node"));
  drive(*task);
  return task->outcome;
}

// Delivers replies until the node has ended. A node that neither ends nor waits for the host would hang a
// real run.
inline void Host::Impl::drive(FakeTask& task) {
  using std::chrono::seconds;
  std::unique_lock lock(mutex_);
  while (!task.has_ended) {
    if (task.inbox.empty()) {
      const bool moved =
          changed_.wait_for(lock, seconds(20), [&] { return task.has_ended || !task.inbox.empty(); });
      if (!moved) throw Error(Code::kDeadline, "the node neither ended nor asked the host for anything");
      continue;
    }
    const Reply reply = std::move(task.inbox.front());
    task.inbox.pop_front();
    lock.unlock();
    deliver(task, reply);
    lock.lock();
  }
  std::vector<std::thread> threads = std::move(task.threads);
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
}

inline void Host::Impl::deliver(FakeTask& task, const Reply& reply) {
  const agent_reply borrowed{AGENT_SIZE(agent_reply, body), reply.status, detail::borrow(reply.text),
                             detail::borrow(reply.body)};
  task.host->plugin().on_reply(task.graph, real(task), reply.token, &borrowed);
}

inline void Host::Impl::post(FakeTask& task, Reply reply, std::unique_lock<std::mutex>& lock) {
  Impl& self = *task.host;
  switch (self.replies) {
    case Replies::kInOrder:
      task.inbox.push_back(std::move(reply));
      self.changed_.notify_all();
      return;
    case Replies::kOtherThread:
      task.threads.emplace_back([&task, reply = std::move(reply)] { deliver(task, reply); });
      return;
    case Replies::kInsideTheCall:
      lock.unlock();
      deliver(task, reply);
      lock.lock();
      return;
  }
}

inline void Host::Impl::take_command(Outcome& outcome, Json command) {
  if (!command.is_object()) return;
  outcome.go_to = command.value("goto", Json::array());
  outcome.is_for_parent = command.value("graph", Json()) == "__parent__";
  Json update = command.value("update", Json());
  if (!update.is_null()) outcome.update = std::move(update);
}

inline void Host::Impl::end(FakeTask& task, Outcome::Kind kind) {
  task.has_ended = true;
  task.outcome.kind = kind;
  task.host->changed_.notify_all();
}

// ---- agent_host_api ----

inline const void* Host::Impl::get_extension(agent_host* host, agent_str id) noexcept {
  Impl& self = fake(host);
  const std::string_view name = detail::view(id);
  if (name == AGENT_EXT_HTTP && self.http_script) return &self.http_table_;
  if (name == AGENT_EXT_LLM && self.llm_script) return &self.llm_table_;
  if (name == AGENT_EXT_TIMER && self.has_timer) return &self.timer_table_;
  if (name == AGENT_EXT_STORE && self.has_store) return &self.store_table_;
  if (name == AGENT_EXT_SUBAGENT && self.subagent_script) return &self.subagent_table_;
  if (name == AGENT_EXT_TOOLS && self.tools_script) return &self.tools_table_;
  if (name == AGENT_EXT_METRICS) return &self.metrics_table_;
  if (name == AGENT_EXT_TRACE) return &self.trace_table_;
  return nullptr;
}

inline void Host::Impl::log(agent_host* host, std::int32_t, agent_str line) noexcept {
  const std::lock_guard lock(fake(host).mutex_);
  fake(host).logs.push_back(text(line));
}

inline agent_status Host::Impl::complete(agent_task* handle, agent_status status,
                                         agent_bytes* update) noexcept {
  FakeTask& task = fake(handle);
  detail::Received received;
  if (update != nullptr) *received.slot() = *update;
  const std::lock_guard lock(task.host->mutex_);
  if (task.has_ended) return AGENT_NOT_FOUND;
  if (status == AGENT_OK && update != nullptr) {
    task.outcome.update = Json::parse(received.text(), nullptr, /*allow_exceptions=*/false);
  }
  if (status == AGENT_COMMAND) {
    take_command(task.outcome, Json::parse(received.text(), nullptr, /*allow_exceptions=*/false));
  }
  end(task, status == AGENT_INTERRUPTED ? Outcome::Kind::kInterrupted : Outcome::Kind::kUpdate);
  return AGENT_OK;
}

inline agent_status Host::Impl::fail(agent_task* handle, agent_status status, agent_str kind,
                                     agent_str why) noexcept {
  FakeTask& task = fake(handle);
  const std::lock_guard lock(task.host->mutex_);
  if (task.has_ended) return AGENT_NOT_FOUND;
  task.outcome.code = static_cast<Code>(status);
  task.outcome.error_kind = text(kind);
  task.outcome.error_text = text(why);
  end(task, Outcome::Kind::kFailed);
  return AGENT_OK;
}

inline agent_status Host::Impl::emit(agent_task* handle, agent_str channel, agent_str json) noexcept {
  FakeTask& task = fake(handle);
  const std::lock_guard lock(task.host->mutex_);
  if (task.has_ended) return AGENT_NOT_FOUND;
  Json event = Json::parse(detail::view(json), nullptr, /*allow_exceptions=*/false);
  const std::string_view name = detail::view(channel);
  if (name != "custom" && name != "messages" && name != "tools") return AGENT_UNSUPPORTED;
  auto& list = name == "messages" ? task.outcome.chunks
               : name == "tools"  ? task.outcome.tools
                                  : task.outcome.events;
  list.push_back(std::move(event));
  return AGENT_OK;
}

inline agent_status Host::Impl::interrupt(agent_task* handle, agent_str value, agent_bytes* answer) noexcept {
  FakeTask& task = fake(handle);
  const std::lock_guard lock(task.host->mutex_);
  if (task.has_ended) return AGENT_NOT_FOUND;
  if (task.answers_given < task.options.answers.size()) {
    *answer = detail::own(to_text(task.options.answers[task.answers_given++]));
    return AGENT_OK;
  }
  task.outcome.interrupt = Json::parse(detail::view(value), nullptr, /*allow_exceptions=*/false);
  return AGENT_INTERRUPTED;
}

inline std::uint64_t Host::Impl::deadline_ns(agent_task* handle) noexcept {
  FakeTask& task = fake(handle);
  const std::lock_guard lock(task.host->mutex_);
  return task.has_ended ? 0
                        : static_cast<std::uint64_t>(std::chrono::nanoseconds(std::chrono::hours(1)).count());
}

inline std::int32_t Host::Impl::is_cancelled(agent_task* handle) noexcept {
  FakeTask& task = fake(handle);
  const std::lock_guard lock(task.host->mutex_);
  return task.has_ended || cancelled(task) ? 1 : 0;
}

// ---- Host ----

inline Host::Host(Entry entry) : impl_(std::make_unique<Impl>(entry)) {}
inline Host::Host(std::function<void(Plugin&)> build)
    : impl_(std::make_unique<Impl>([build](const agent_entry_request* request, agent_entry_reply* reply) {
        return detail::enter(request, reply, "test", "0.0.0", build);
      })) {}
inline Host::~Host() = default;

inline void Host::on_http(HttpScript script) {
  impl_->unload();
  impl_->http_script = std::move(script);
}
inline void Host::on_llm(LlmScript script) {
  impl_->unload();
  impl_->llm_script = std::move(script);
}
inline void Host::on_subagent(SubagentScript script) {
  impl_->unload();
  impl_->subagent_script = std::move(script);
}
inline void Host::on_tools(ToolsScript script) {
  impl_->unload();
  impl_->tools_script = std::move(script);
}
inline void Host::without_timer() {
  impl_->unload();
  impl_->has_timer = false;
}
inline void Host::without_store() {
  impl_->unload();
  impl_->has_store = false;
}
inline double Host::metric(const std::string& name, const std::map<std::string, std::string>& labels) const {
  return impl_->telemetry.metric(name, labels);
}
inline std::vector<Json> Host::spans() const {
  return impl_->telemetry.spans();
}
inline FakeStore& Host::store() {
  return impl_->store;
}
inline void Host::set_services(std::vector<std::string> names) {
  impl_->services = std::move(names);
}
inline void Host::set_replies(Replies replies) {
  impl_->replies = replies;
}
inline void Host::set_now(std::chrono::system_clock::time_point now) {
  impl_->now = now;
}
inline void Host::set_plugin_config(Json config) {
  impl_->unload();
  impl_->plugin_config = std::move(config);
}

inline Json Host::describe() {
  detail::Received description;
  const agent_plugin_api& api = impl_->plugin();
  const agent_status status = api.describe(impl_->handle(), description.slot());
  if (status != AGENT_OK) throw Error(static_cast<Code>(status), "describe failed");
  return parse_json(description.text(), "describe");
}

inline Outcome Host::run(std::string_view graph_id, std::string_view node, const Json& state,
                         RunOptions options) {
  return impl_->run(graph_id, node, state, std::move(options));
}

inline Json Host::route(std::string_view graph_id, std::string_view edge, const Json& state) {
  detail::Received targets;
  agent_graph* const graph = impl_->graph(graph_id);
  const std::string text = to_text(state);
  const agent_status status =
      impl_->plugin().route(graph, detail::borrow(edge), detail::borrow(text), targets.slot());
  if (status != AGENT_OK) throw Error(static_cast<Code>(status), std::string(targets.text()));
  return parse_json(targets.text(), "route");
}

inline const std::vector<std::string>& Host::logs() const {
  return impl_->logs;
}
inline const std::vector<HttpRequest>& Host::http_requests() const {
  return impl_->http_requests;
}
inline const std::vector<Json>& Host::llm_requests() const {
  return impl_->llm_requests;
}
inline std::chrono::nanoseconds Host::slept() const {
  return impl_->slept;
}

}  // namespace agent::testing
