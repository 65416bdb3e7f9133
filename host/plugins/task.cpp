#include "host/plugins/task.hpp"

#include <exception>
#include <utility>

#include "host/base/activity.hpp"
#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/task_call.hpp"

namespace agenthost::plugins {
namespace {

using runtime::CancelReason;
using runtime::NodeOutcome;
using runtime::TaskSink;

std::string_view text_or_empty_object(const JsonBlob& blob) {
  return blob == nullptr ? std::string_view("{}") : std::string_view(*blob);
}

agent_status status_of(CancelReason reason) {
  return reason == CancelReason::kDeadline ? AGENT_DEADLINE : AGENT_CANCELLED;
}

std::string_view text_of(CancelReason reason) {
  switch (reason) {
    case CancelReason::kUser:
      return "the run was cancelled";
    case CancelReason::kDeadline:
      return "the deadline passed";
    case CancelReason::kShutdown:
      return "the server is stopping";
  }
  return "cancelled";
}

// json on one line, as streams need it: in valid JSON a line break is white space between tokens.
std::string one_line(std::string_view json, const JsonValue& parsed) {
  return json.find_first_of("\r\n") == std::string_view::npos ? std::string(json) : to_text(parsed);
}

// nullopt when it is not JSON, or not what that channel carries.
std::optional<std::string> stream_text(TaskSink::Channel channel, std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return std::nullopt;
  const auto has = [&](std::string_view name) { return !string_member(*value, name).empty(); };
  if (channel == TaskSink::Channel::kMessages && !(has("id") && has("type"))) return std::nullopt;
  if (channel == TaskSink::Channel::kTools && !(has("event") && has("toolCallId"))) return std::nullopt;
  return one_line(json, *value);
}

}  // namespace

Task::Task(GraphInstancePtr graph, runtime::NodeCall call, std::shared_ptr<TaskSink> sink, Executor& on,
           std::size_t max_update_bytes)
    : graph_(std::move(graph)),
      call_(std::move(call)),
      on_(on),
      max_update_bytes_(max_update_bytes),
      sink_(std::move(sink)) {}

Task::~Task() = default;

// ---- the loop's side ----

bool Task::enlist() {
  handle_ = host().tasks().insert(shared_from_this());
  if (handle_ != nullptr) return true;
  end(Error{ErrorCode::kExhausted,
            "plugin " + host().plugin_id() + " takes no more tasks: its table is full or closed"});
  return false;
}

void Task::run_start_node() {
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kEnded) return;  // cancelled while it waited for a thread
    stage_ = Stage::kRunning;
    in_plugin_ = true;
  }
  call_start_node();
  const std::lock_guard lock(mutex_);
  in_plugin_ = false;
  if (stage_ == Stage::kEnded || inbox_.empty()) return;
  in_plugin_ = true;
  on_.post([self = shared_from_this()] { self->drain(); });
}

void Task::call_start_node() {
  const agent_node_call call{
      .struct_size = AGENT_SIZE(agent_node_call, config),
      .attempt = call_.attempt,
      .node = borrow(call_.node->path),
      .state = borrow(text_or_empty_object(call_.state)),
      .config = borrow(text_or_empty_object(call_.config)),
  };
  const CallScope scope(host());
  const Activity activity("node ", call_.node->path, host().plugin_id());
  const auto status = graph_->api->start_node(graph_->graph, handle_, &call);
  if (status == AGENT_OK) return;
  end_if_alive(Error{code_of(status), "node " + call_.node->path + " of plugin " + host().plugin_id() +
                                          " did not start: start_node returned " + status_name(status)});
}

void Task::cancel(CancelReason reason) {
  std::vector<CallPtr> calls;
  auto stage = Stage::kRunning;
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kEnded || cancelled_) return;
    cancelled_ = reason;
    stage = stage_;
    if (stage == Stage::kWaiting) stage_ = Stage::kEnded;  // the plugin shall never see it
    calls = close_calls();
    for (const auto& call : calls) {
      push_reply({call->token(), status_of(reason), std::string(text_of(reason)), {}});
    }
  }
  for (const auto& call : calls) call->tell_service();
  if (stage == Stage::kWaiting) {
    end_if_alive(Error{code_of(status_of(reason)), std::string(text_of(reason))});
  } else if (AGENT_HAS(graph_->api, agent_plugin_api, cancel)) {
    const CallScope scope(host());
    graph_->api->cancel(graph_->graph, handle_);
  }
}

void Task::abandon() {
  if (host().tasks().take(handle_) != nullptr) drop();
}

// ---- the plugin's side ----

void Task::complete(agent_status status, std::string_view update) {
  end(outcome_of(status, update));
}

void Task::fail(agent_status status, std::string_view kind, std::string_view text) {
  auto words = text.empty() ? "node " + call_.node->path + " of plugin " + host().plugin_id() +
                                  " failed with " + status_name(status) + " and no text"
                            : printable(text);
  end(Error{code_of(status), std::move(words), printable(kind)});
}

NodeOutcome Task::outcome_of(agent_status status, std::string_view update) const {
  if (status == AGENT_INTERRUPTED) {
    const std::lock_guard lock(mutex_);
    if (interrupt_value_ != nullptr) return runtime::NodeInterrupted{interrupt_value_};
    return plugin_error("ended with AGENT_INTERRUPTED but never asked: call interrupt() first");
  }
  if (status != AGENT_OK && status != AGENT_COMMAND) {
    return Error{code_of(status), "node " + call_.node->path + " of plugin " + host().plugin_id() +
                                      " ended with " + status_name(status)};
  }
  if (update.empty()) return runtime::NodeUpdate{};
  if (update.size() > max_update_bytes_) {
    auto error = plugin_error("wrote " + std::to_string(update.size()) + " bytes, over the limit of " +
                              std::to_string(max_update_bytes_));
    error.code = ErrorCode::kExhausted;
    return error;
  }
  auto members = split_object(update);
  if (!members)
    return plugin_error("completed with an update that is no JSON object: " + members.error().text);
  if (status == AGENT_COMMAND) return runtime::NodeUpdate{{}, make_blob(std::string(update))};
  return runtime::NodeUpdate{std::move(*members)};
}

Error Task::plugin_error(std::string text) const {
  return {ErrorCode::kInternal,
          "node " + call_.node->path + " of plugin " + host().plugin_id() + " " + std::move(text),
          "PluginError"};
}

agent_status Task::emit(std::string_view channel, std::string_view json) {
  if (channel == "custom") return emit_to_sink(TaskSink::Channel::kCustom, json);
  if (channel == "messages") return emit_to_sink(TaskSink::Channel::kMessages, json);
  if (channel == "tools") return emit_to_sink(TaskSink::Channel::kTools, json);
  return AGENT_UNSUPPORTED;
}

agent_status Task::emit_to_sink(TaskSink::Channel channel, std::string_view json) {
  auto text = stream_text(channel, json);
  if (!text) return AGENT_INVALID;
  std::shared_ptr<TaskSink> sink;
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kEnded) return AGENT_NOT_FOUND;
    sink = sink_;
    ++emitting_;
  }
  auto status = AGENT_OK;
  try {
    if (sink->emit(channel, std::move(*text)) == TaskSink::Pressure::kSlowDown) status = AGENT_WOULD_BLOCK;
  } catch (const std::exception& e) {
    host().log(telemetry::Level::kError, std::string("a stream refused an event: ") + e.what());
    status = AGENT_INTERNAL;
  }
  leave_sink();
  return status;
}

void Task::leave_sink() {
  std::shared_ptr<TaskSink> sink;
  std::optional<NodeOutcome> outcome;
  {
    const std::lock_guard lock(mutex_);
    if (--emitting_ > 0 || !outcome_) return;
    sink = std::move(sink_);
    outcome.swap(outcome_);
  }
  tell(*sink, std::move(*outcome));
}

agent_status Task::interrupt(std::string_view value, agent_bytes* answer) {
  const std::lock_guard lock(mutex_);
  if (interrupts_asked_ < call_.answers.size()) {
    const auto& given = call_.answers[interrupts_asked_++];
    *answer = give(given == nullptr ? "null" : *given);
    return AGENT_OK;
  }
  if (interrupt_value_ != nullptr) return AGENT_INTERRUPTED;  // the first open question stands
  const auto question = parse_json(value);
  if (!question) return AGENT_INVALID;
  interrupt_value_ = make_blob(one_line(value, *question));
  return AGENT_INTERRUPTED;
}

std::uint64_t Task::nanoseconds_left() const {
  const auto left = call_.deadline - std::chrono::steady_clock::now();
  return left.count() > 0 ? static_cast<std::uint64_t>(std::chrono::nanoseconds(left).count()) : 0;
}

bool Task::should_stop() const {
  if (nanoseconds_left() == 0) return true;
  const std::lock_guard lock(mutex_);
  return cancelled_.has_value() || stage_ == Stage::kEnded;
}

// ---- the services' side ----

ExtensionCallPtr Task::begin_call(std::uint64_t token, std::function<void()> on_cancel) {
  auto call = std::make_shared<TaskCall>(shared_from_this(), token, std::move(on_cancel));
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kEnded) return nullptr;
    if (!cancelled_) {
      call->place_ = calls_.size();
      calls_.push_back(call);
      return call;
    }
    push_reply({token, status_of(*cancelled_), std::string(text_of(*cancelled_)), {}});
  }
  call->tell_service();
  return call;
}

bool Task::reply_from(TaskCall& call, After after, Reply reply) {
  CallPtr closed;  // freed after the lock is: its on_cancel may hold anything
  const std::lock_guard lock(mutex_);
  if (!call.is_open()) return false;
  if (after == After::kFinal) {
    std::swap(calls_[call.place_], calls_.back());
    calls_[call.place_]->place_ = call.place_;
    closed = std::move(calls_.back());
    calls_.pop_back();
    call.place_ = TaskCall::kClosed;
  }
  push_reply(std::move(reply));
  return true;
}

std::vector<Task::CallPtr> Task::close_calls() {
  for (const auto& call : calls_) call->place_ = TaskCall::kClosed;
  return std::exchange(calls_, {});
}

void Task::push_reply(Reply reply) {
  inbox_.push_back(std::move(reply));
  if (in_plugin_) return;  // who is in there looks at the inbox when it leaves
  in_plugin_ = true;
  on_.post([self = shared_from_this()] { self->drain(); });
}

void Task::drain() {
  std::vector<Reply> batch;
  const CallScope scope(host());
  const Activity activity("node ", call_.node->path, host().plugin_id());
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      batch.clear();
      batch.swap(inbox_);
      in_plugin_ = stage_ != Stage::kEnded && !batch.empty();
      if (!in_plugin_) return;
    }
    for (const auto& reply : batch) {
      // A reply to a task that ended meanwhile is refused by nobody and needed by nobody.
      if (host().tasks().find(handle_) == nullptr) break;
      const agent_reply message{.struct_size = AGENT_SIZE(agent_reply, body),
                                .status = reply.status,
                                .text = borrow(reply.text),
                                .body = borrow(reply.body)};
      graph_->api->on_reply(graph_->graph, handle_, reply.token, &message);
    }
  }
}

// ---- the end ----

void Task::end_if_alive(NodeOutcome outcome) {
  if (host().tasks().take(handle_) != nullptr) end(std::move(outcome));
}

void Task::end(NodeOutcome outcome) {
  std::vector<CallPtr> calls;
  std::shared_ptr<TaskSink> sink;
  {
    const std::lock_guard lock(mutex_);
    stage_ = Stage::kEnded;
    inbox_.clear();
    calls = close_calls();
    if (emitting_ > 0) {
      outcome_ = std::move(outcome);
    } else {
      sink = std::move(sink_);
    }
  }
  for (const auto& call : calls) call->tell_service();
  // It was kept for later in exactly the case that leaves no sink here.
  if (sink != nullptr) tell(*sink, std::move(outcome));  // NOLINT(bugprone-use-after-move)
}

void Task::tell(TaskSink& sink, NodeOutcome outcome) const {
  try {
    sink.done(std::move(outcome));
  } catch (const std::exception& e) {
    host().log(telemetry::Level::kError,
               "the end of node " + call_.node->path + " was not taken: " + e.what());
  }
}

void Task::drop() {
  std::vector<CallPtr> calls;
  std::shared_ptr<TaskSink> sink;
  {
    const std::lock_guard lock(mutex_);
    stage_ = Stage::kEnded;
    inbox_.clear();
    calls = close_calls();
    if (emitting_ == 0) sink = std::move(sink_);
  }
  for (const auto& call : calls) call->tell_service();
}

}  // namespace agenthost::plugins
