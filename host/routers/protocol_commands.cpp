#include "host/routers/protocol_commands.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "host/models/fields.hpp"
#include "host/routers/pending_interrupts.hpp"

namespace agenthost::routers {
namespace {

using models::RunRequest;
using models::ThreadStatus;
using services::ThreadView;

// Every run of the protocol: all that a reader may ask for, kept for those who come late.
constexpr std::string_view kRunOptions =
    R"("stream_mode":["values","updates","messages-tuple","tools","tasks","checkpoints","custom"],)"
    R"("stream_subgraphs":true,"stream_resumable":true,"if_not_exists":"create","__protocol_stream_run":true)";

std::optional<std::string> member_text(const JsonValue& params, std::string_view name) {
  const auto* found = find_member(params, name);
  if (found == nullptr) return std::nullopt;
  return to_text(*found);
}

std::string member_of(std::string_view json, std::string_view name) {
  const auto object = parse_json(json);
  return object ? std::string(string_member(*object, name)) : std::string();
}

// ,"to":<params.from> when it was sent
std::string pass(const JsonValue& params, std::string_view from, std::string_view to) {
  const auto text = member_text(params, from);
  return text ? ",\"" + std::string(to) + "\":" + *text : std::string();
}

std::uint64_t last_seq(const ProtocolServices& services, const ProtocolCall& call) {
  return services.tapes.open(call.thread_id)->events().last_seq();
}

// ---- Runs ----

struct NewRun {
  std::string assistant_id;
  std::string what;  // members of the request: input, command, checkpoint_id, each with its comma in front
};

std::string request_json(const NewRun& run, const JsonValue& params) {
  return "{\"assistant_id\":" + quote(run.assistant_id) + run.what + pass(params, "config", "config") +
         pass(params, "context", "context") + pass(params, "metadata", "metadata") +
         pass(params, "multitaskStrategy", "multitask_strategy") +
         pass(params, "multitask_strategy", "multitask_strategy") + "," + std::string(kRunOptions) + "}";
}

// result: what the success says besides the run's id, with a comma in front.
void start(const ProtocolServices& services, const ProtocolCallPtr& call, const NewRun& run,
           const std::string& result) {
  const auto body = parse_json(request_json(run, call->params()));
  if (!body) return call->refuse(body.error());
  auto request = RunRequest::from_json(*body);
  if (!request) return call->refuse(request.error());
  // Taken before the run can say anything: a reader who goes on from here misses none of it. Holding the
  // tape keeps the numbers.
  const auto tape = services.tapes.open(call->thread_id);
  const auto before = tape->events().last_seq();
  services.runs.create(call->thread_id, std::move(*request), services::Delivery::kBackground,
                       [call, tape, before, result](const Result<services::ActiveRunPtr>& created) {
                         if (!created) return call->refuse(created.error());
                         call->succeed("{\"run_id\":\"" + (*created)->row.run_id + "\"" + result + "}",
                                       before);
                       });
}

std::string forked_from(const JsonValue& params) {
  const auto* config = find_member(params, "config");
  const auto* configurable = config != nullptr ? find_member(*config, "configurable") : nullptr;
  return configurable != nullptr ? std::string(string_member(*configurable, "checkpoint_id")) : std::string();
}

void run_start(const ProtocolServices& services, const ProtocolCallPtr& call) {
  const auto& params = call->params();
  NewRun run{std::string(string_member(params, "assistant_id")), {}};
  if (run.assistant_id.empty())
    return call->refuse("invalid_argument", "run.start requires an assistant_id.");
  const auto assistant = services.assistants.resolve(run.assistant_id);
  if (!assistant) return call->refuse(assistant.error());
  const auto thread = services.threads.get(call->thread_id);
  if (!thread && thread.error().code != ErrorCode::kNotFound) return call->refuse(thread.error());
  if (thread) {
    const auto bound = member_of(thread->thread.metadata, "assistant_id");
    if (!bound.empty() && bound != assistant->assistant_id) {
      return call->refuse("invalid_argument", "Thread " + call->thread_id + " is bound to assistant " +
                                                  bound + "; cannot run " + run.assistant_id + ".");
    }
  }
  const auto from = forked_from(params);
  const bool answers = thread && from.empty() && is_interrupted(thread->thread);
  const auto input = member_text(params, "input");
  if (input && answers) {
    run.what = ",\"command\":{\"resume\":" + *input + "}";
  } else if (input) {
    run.what = ",\"input\":" + *input;
  }
  if (!from.empty()) run.what += ",\"checkpoint_id\":" + quote(from);
  start(services, call, run, "");
}

// The assistant that the thread ran last; empty when it ran none.
std::string assistant_of(const models::Thread& thread) {
  const auto assistant = member_of(thread.metadata, "assistant_id");
  return assistant.empty() ? member_of(thread.metadata, "graph_id") : assistant;
}

struct Answers {
  std::string by_id;  // {"<interrupt id>": response}
  std::vector<std::string> ids;
};

// One {interrupt_id, response} or {responses: [...]}.
std::optional<Answers> read_answers(const JsonValue& params) {
  Answers answers;
  const auto take = [&](const JsonValue& one) {
    const auto id = string_member(one, "interrupt_id");
    if (id.empty()) return false;
    answers.ids.emplace_back(id);
    answers.by_id +=
        (answers.by_id.empty() ? "{" : ",") + quote(id) + ":" + member_text(one, "response").value_or("null");
    return true;
  };
  const auto* many = find_member(params, "responses");
  if (many == nullptr) {
    if (!take(params)) return std::nullopt;
  } else if (!many->IsArray() || many->Empty() || !std::all_of(many->Begin(), many->End(), take)) {
    return std::nullopt;
  }
  answers.by_id += "}";
  return answers;
}

void input_respond(const ProtocolServices& services, const ProtocolCallPtr& call, const ThreadView& view) {
  const auto& params = call->params();
  const auto answers = read_answers(params);
  if (!answers) {
    return call->refuse("invalid_argument",
                        "input.respond requires interrupt_id and response, or responses with both in each.");
  }
  const NewRun run{assistant_of(view.thread),
                   ",\"command\":{\"resume\":" + answers->by_id + pass(params, "update", "update") +
                       pass(params, "goto", "goto") + "}" + pass(params, "strict_resume", "strict_resume")};
  if (run.assistant_id.empty()) {
    return call->refuse("no_such_run", "No assistant has run on this thread; start a run first.");
  }
  if (!is_interrupted(view.thread)) {
    return call->refuse("invalid_argument", "input.respond can only be used while the run is interrupted.");
  }
  const auto* strict = find_member(params, "strict_resume");
  const auto unknown = std::find_if(answers->ids.begin(), answers->ids.end(),
                                    [&](const auto& id) { return !waits_for(view.thread, id); });
  // A strict answer is refused by its run, so that every client learns of it.
  if (unknown != answers->ids.end() && !(strict != nullptr && strict->IsTrue())) {
    return call->refuse("no_such_interrupt", "No interrupt " + *unknown + " waits for an answer.");
  }
  start(services, call, run, "");
}

// ---- State ----

// The storage's spelling of params.namespace; nullopt when it is no list of texts.
std::optional<std::string> namespace_of(const JsonValue& params) {
  const auto* list = find_member(params, "namespace");
  if (list == nullptr) return std::string();
  if (!list->IsArray()) return std::nullopt;
  services::Namespace ns;
  for (const auto& segment : list->GetArray()) {
    if (!segment.IsString()) return std::nullopt;
    ns.emplace_back(as_view(segment));
  }
  return services::join_namespace(ns);
}

std::string chosen_values(const models::Checkpoint& checkpoint, const std::vector<std::string>& keys) {
  if (keys.empty()) return values_json(checkpoint);
  std::string json = "{";
  for (const auto& value : checkpoint.channels) {
    if (std::find(keys.begin(), keys.end(), value.channel) == keys.end()) continue;
    json += (json.size() > 1 ? "," : "") + quote(value.channel) + ":" + *value.value;
  }
  return json + "}";
}

void state_get(const ProtocolServices& services, const ProtocolCallPtr& call) {
  models::Fields fields(call->params());
  const auto keys = fields.texts("keys").value_or(std::vector<std::string>{});
  const auto ns = namespace_of(call->params());
  if (!ns) fields.wrong("namespace", "must be a list of texts");
  if (!fields.status()) return call->refuse(fields.status().error());
  storage::CheckpointFilter newest;
  newest.checkpoint_ns = *ns;
  newest.limit = 1;
  const auto history = services.threads.history(call->thread_id, newest);
  if (!history) return call->refuse(history.error());
  if (history->empty()) {
    if (!ns->empty()) return call->refuse("no_such_namespace", "No state is kept for namespace " + *ns + ".");
    return call->succeed(R"({"values":{}})", last_seq(services, *call));
  }
  const auto& state = history->front();
  call->succeed("{\"values\":" + chosen_values(state, keys) +
                    ",\"checkpoint\":{\"id\":" + quote(state.checkpoint_id) + ",\"ns\":" + quote(*ns) + "}}",
                last_seq(services, *call));
}

std::string checkpoint_json(const models::Checkpoint& checkpoint) {
  std::string json = "{\"id\":" + quote(checkpoint.checkpoint_id) + ",\"timestamp\":\"" +
                     format_time(checkpoint.created_at) + "\",\"step\":" + std::to_string(checkpoint.step);
  if (!checkpoint.tasks.empty()) json += ",\"node_name\":" + quote(checkpoint.tasks.front().node);
  return json + ",\"metadata\":" + checkpoint.metadata + "}";
}

void state_list(const ProtocolServices& services, const ProtocolCallPtr& call) {
  constexpr int kMost = 1'000;
  models::Fields fields(call->params());
  storage::CheckpointFilter filter;
  filter.limit = fields.integer("limit", 1, kMost).value_or(filter.limit);
  filter.before = fields.text("before");
  const auto ns = namespace_of(call->params());
  if (!ns) fields.wrong("namespace", "must be a list of texts");
  if (!fields.status()) return call->refuse(fields.status().error());
  filter.checkpoint_ns = *ns;
  const auto history = services.threads.history(call->thread_id, filter);
  if (!history) return call->refuse(history.error());
  std::string list;
  for (const auto& checkpoint : *history) list += (list.empty() ? "" : ",") + checkpoint_json(checkpoint);
  call->succeed("{\"checkpoints\":[" + list + "]}", last_seq(services, *call));
}

void state_fork(const ProtocolServices& services, const ProtocolCallPtr& call, const ThreadView& view) {
  const auto& params = call->params();
  const auto checkpoint = string_member(params, "checkpoint_id");
  if (checkpoint.empty()) return call->refuse("invalid_argument", "state.fork requires a checkpoint_id.");
  if (const auto at = services.threads.state_at(call->thread_id, "", checkpoint); !at) {
    if (at.error().code != ErrorCode::kNotFound) return call->refuse(at.error());
    return call->refuse("no_such_checkpoint", at.error().text);
  }
  const NewRun run{assistant_of(view.thread),
                   ",\"checkpoint_id\":" + quote(checkpoint) + pass(params, "input", "input")};
  if (run.assistant_id.empty()) return call->refuse("no_such_run", "No assistant has run on this thread.");
  start(services, call, run, ",\"thread_id\":\"" + call->thread_id + "\"");
}

std::string_view graph_status(ThreadStatus status) {
  switch (status) {
    case ThreadStatus::kBusy:
      return "running";
    case ThreadStatus::kInterrupted:
      return "interrupted";
    case ThreadStatus::kError:
      return "failed";
    case ThreadStatus::kIdle:
      break;
  }
  return "completed";
}

void agent_tree(const ProtocolServices& services, const ProtocolCallPtr& call, const ThreadView& view) {
  const auto tape = services.tapes.open(call->thread_id);
  auto tree = tape->tree_json();
  if (tree.empty()) {
    tree = "{\"namespace\":[],\"status\":\"" + std::string(graph_status(view.thread.status)) +
           "\",\"graph_name\":" + quote(member_of(view.thread.metadata, "graph_id")) + "}";
  }
  call->succeed("{\"tree\":" + tree + "}", tape->events().last_seq());
}

}  // namespace

void run_protocol_command(const ProtocolServices& services, const ProtocolCallPtr& call) {
  const auto& method = call->method;
  if (method == "run.start") return run_start(services, call);
  if (method == "state.get") return state_get(services, call);
  if (method == "state.listCheckpoints") return state_list(services, call);
  if (method == "input.inject") {
    return call->refuse("not_supported",
                        "input.inject is not supported; answer interrupts with input.respond.");
  }
  if (method.substr(0, method.find('.')) == "subscription") {
    return call->refuse("not_supported", method +
                                             " is not supported here; over HTTP, events are read from "
                                             "POST /threads/{thread_id}/stream/events.");
  }
  const auto view = services.threads.get(call->thread_id);
  if (!view && view.error().code != ErrorCode::kNotFound) return call->refuse(view.error());
  if (!view) return call->refuse("no_such_run", "No run was ever started on this thread.");
  if (method == "input.respond") return input_respond(services, call, *view);
  if (method == "state.fork") return state_fork(services, call, *view);
  if (method == "agent.getTree") return agent_tree(services, call, *view);
  call->refuse("unknown_command", "Unknown protocol command: " + method);
}

}  // namespace agenthost::routers
