#include "host/routers/a2a_send.hpp"

#include "host/base/ids.hpp"
#include "host/routers/a2a_message.hpp"
#include "host/routers/a2a_tasks.hpp"
#include "host/routers/configurable_headers.hpp"
#include "host/routers/event_delivery.hpp"
#include "host/routers/pending_interrupts.hpp"
#include "host/routers/waiting_reply.hpp"

namespace agenthost::routers {
namespace {

using models::RunRequest;
using runtime::StreamMode;
using services::ActiveRunPtr;
using services::RunOutcome;

struct NewRun {
  std::string thread_id;
  RunRequest request;
};

tl::unexpected<RpcProblem> refused(RpcProblem problem) {
  return tl::unexpected<RpcProblem>(std::move(problem));
}

// The run that goes on with the task which the message names.
RpcResult<NewRun> answer_task(const A2aCall& call, const A2aMessage& message) {
  const auto task = find_task(call, "", message.task_id);
  if (!task) return refused(task.error());
  if (!message.context_id.empty() && message.context_id != task->thread_id)
    return rpc_fail(RpcCode::kInvalidParams, "message.contextId: is not that of the task");
  if (is_active(task->status))
    return rpc_fail(RpcCode::kUnsupportedOperation, "The task is at work; wait for it or cancel it");
  const auto thread = call.services.threads.get(task->thread_id);
  if (!thread && thread.error().code != ErrorCode::kNotFound) return refused(rpc_problem(thread.error()));
  const auto last = call.services.runs.runs.list(task->thread_id, std::nullopt, {1, 0});
  const bool is_last = last && !last->rows.empty() && last->rows.front().run_id == task->run_id;
  if (!thread || !is_last || !is_interrupted(thread->thread)) {
    return rpc_fail(RpcCode::kUnsupportedOperation,
                    "The task has ended; send the message without taskId to go on in its context");
  }
  auto request = answering_run(message, thread->thread);
  if (!request) return refused(request.error());
  request->metadata = goes_on_with(message.task_id);
  return NewRun{task->thread_id, std::move(*request)};
}

RpcResult<NewRun> begin_task(const A2aCall& call, const A2aMessage& message) {
  const auto graph = call.services.assistants.graph_of(call.assistant).graph;
  if (!graph) return rpc_fail(RpcCode::kInternalError, "The assistant's plugin is not loaded");
  auto request = new_run(message, *graph);
  if (!request) return refused(request.error());
  return NewRun{message.context_id.empty() ? new_uuid7() : message.context_id, std::move(*request)};
}

RpcResult<NewRun> read_run(const A2aCall& call) {
  const auto message = A2aMessage::read(call.rpc.params());
  if (!message) return refused(message.error());
  auto run = message->task_id.empty() ? begin_task(call, *message) : answer_task(call, *message);
  if (!run) return run;
  auto& request = run->request;
  request.assistant_id = call.assistant.assistant_id;
  request.config =
      with_headers(request.config, call.request.headers, call.services.runs.configurable_headers);
  request.stream_modes = {"messages-tuple"};
  return run;
}

// ---- One answer ----

enum class Wait { kForTheEnd, kNo };
struct SendConfiguration {
  Wait wait = Wait::kForTheEnd;
  std::size_t history = 0;
};

// Each version has its own word for not waiting.
RpcResult<SendConfiguration> read_configuration(const JsonValue& params) {
  SendConfiguration configuration;
  const auto* sent = find_member(params, "configuration");
  if (sent == nullptr) return configuration;
  const auto history = history_length(*sent);
  if (!history) return refused(history.error());
  configuration.history = *history;
  const auto* blocking = find_member(*sent, "blocking");
  const auto* at_once = find_member(*sent, "returnImmediately");
  const bool hurries =
      (blocking != nullptr && blocking->IsFalse()) || (at_once != nullptr && at_once->IsTrue());
  if (hurries) configuration.wait = Wait::kNo;
  return configuration;
}

A2aTask ended_task(const ActiveRunPtr& run, const RunOutcome& outcome) {
  auto task = task_of(run->row, outcome);
  task.since = now_us();
  return task;
}

void answer_when_ended(const A2aCallPtr& call, const ActiveRunPtr& run, std::size_t history) {
  const auto& routing = call->services.runs;
  const auto reply = WaitingReply::start(call->exchange, {}, routing.heartbeat, {});
  routing.runs.when_ended(run, [call, run, reply, history](const RunOutcome& outcome) {
    reply->finish(rpc_result_json(call->rpc.id, call->dialect.sent(ended_task(run, outcome), history)));
  });
}

// ---- A stream ----

std::string data_frame(const std::string& reply) {
  return "data: " + reply + "\n\n";
}

// Shows one task's run as it goes. Used by one reader, one call at a time.
class TaskStream {
 public:
  TaskStream(A2aCallPtr call, ActiveRunPtr run)
      : call_(std::move(call)), run_(std::move(run)), task_(task_of(run_->row)) {}

  std::string show(const runtime::Event& event) {
    if (event.name == "metadata") return show_begin();
    return event.mode == only(StreamMode::kMessagesTuple) ? show_words(event.data) : std::string();
  }

  [[nodiscard]] std::string last_words(const RunOutcome& outcome) const {
    const auto task = ended_task(run_, outcome);
    std::string frames;
    if (!task.response.empty())
      frames = frame(dialect().response_update(task, task.response, A2aDialect::Piece::kWhole));
    return frames + frame(dialect().status_update(task, A2aDialect::More::kNo));
  }

 private:
  std::string show_begin() {
    const auto frames = frame(dialect().begun(task_));
    task_.state = TaskState::kWorking;
    return frames + frame(dialect().status_update(task_, A2aDialect::More::kYes));
  }

  // data: [piece of a message, metadata]. Each message of the assistant takes the place of the one before.
  std::string show_words(const std::string& data) {
    const auto event = parse_json(data);
    if (!event || !event->IsArray() || event->Empty()) return {};
    const auto& piece = (*event)[0];
    if (const auto type = string_member(piece, "type");
        type.substr(0, 2) != "ai" && type.substr(0, 2) != "AI")
      return {};
    auto text = message_text(piece);
    if (text.empty()) return {};
    const auto id = string_member(piece, "id");
    const auto where = id == message_id_ ? A2aDialect::Piece::kNext : A2aDialect::Piece::kFirst;
    message_id_ = id;
    return frame(dialect().response_update(task_, {{TaskPart::Kind::kText, std::move(text)}}, where));
  }

  [[nodiscard]] std::string frame(const std::string& result) const {
    return data_frame(rpc_result_json(call_->rpc.id, result));
  }
  [[nodiscard]] const A2aDialect& dialect() const { return call_->dialect; }

  const A2aCallPtr call_;
  const ActiveRunPtr run_;
  A2aTask task_;
  std::string message_id_;
};

void stream_run(const A2aCallPtr& call, const ActiveRunPtr& run) {
  const auto& routing = call->services.runs;
  // Shared because: the frames and the farewell come from different callbacks.
  const auto stream = std::make_shared<TaskStream>(call, run);
  EventRequest reads;
  reads.after = 0;
  reads.filter.modes = only(StreamMode::kMessagesTuple);
  reads.filter.subgraphs = runtime::Subgraphs::kHidden;
  reads.frame = [stream](const runtime::Event& event) { return stream->show(event); };
  reads.farewell = [stream, run, &routing](const EventRequest::Say& say) {
    routing.readers.post([stream, run, say, &runs = routing.runs] {
      runs.when_ended(run, [stream, say](const RunOutcome& outcome) { say(stream->last_words(outcome)); });
    });
  };
  deliver_events(call->exchange, run->events, std::move(reads), routing.heartbeat, {});
}

// Clients that asked for a stream look for errors in it.
void refuse_in_stream(const A2aCall& call, const RpcProblem& problem) {
  call.exchange->start_stream(200, "text/event-stream", {{"Cache-Control", "no-cache"}});
  call.exchange->write(std::make_shared<const std::string>(data_frame(rpc_error_json(call.rpc.id, problem))));
  call.exchange->end_stream();
}

}  // namespace

void send_message(const A2aCallPtr& call) {
  const auto configuration = read_configuration(call->rpc.params());
  if (!configuration) return call->refuse(configuration.error());
  auto run = read_run(*call);
  if (!run) return call->refuse(run.error());
  const auto delivery =
      configuration->wait == Wait::kForTheEnd ? services::Delivery::kWait : services::Delivery::kBackground;
  call->services.runs.runs.create(
      run->thread_id, std::move(run->request), delivery,
      [call, configuration = *configuration](const Result<ActiveRunPtr>& created) {
        if (!created) return call->refuse(rpc_problem(created.error()));
        if (configuration.wait == Wait::kForTheEnd)
          return answer_when_ended(call, *created, configuration.history);
        call->succeed(call->dialect.sent(task_of((*created)->row), configuration.history));
      });
}

void stream_message(const A2aCallPtr& call) {
  auto run = read_run(*call);
  if (!run) return refuse_in_stream(*call, run.error());
  call->services.runs.runs.create(run->thread_id, std::move(run->request), services::Delivery::kStream,
                                  [call](const Result<ActiveRunPtr>& created) {
                                    if (!created)
                                      return refuse_in_stream(*call, rpc_problem(created.error()));
                                    stream_run(call, *created);
                                  });
}

}  // namespace agenthost::routers
