#include "host/routers/a2a_message.hpp"

#include "host/base/ids.hpp"
#include "host/routers/pending_interrupts.hpp"

namespace agenthost::routers {
namespace {

constexpr std::string_view kMessages = "messages";

tl::unexpected<RpcProblem> wrong(std::string text) {
  return rpc_fail(RpcCode::kInvalidParams, std::move(text));
}

bool is_user(std::string_view role) {
  return role == "user" || role == "ROLE_USER";
}
bool is_agent(std::string_view role) {
  return role == "agent" || role == "ROLE_AGENT";
}

// Both versions are told apart by nothing but which member a part has.
std::optional<RpcProblem> add_part(A2aMessage& message, const JsonValue& part) {
  if (const auto* text = find_member(part, "text"); text != nullptr && text->IsString()) {
    message.text = (message.text ? *message.text + "\n" : "") + std::string(as_view(*text));
    return std::nullopt;
  }
  if (const auto* data = find_member(part, "data"); data != nullptr && data->IsObject()) {
    message.data = merge_objects(message.data.value_or("{}"), to_text(*data));
    return std::nullopt;
  }
  for (const auto* file : {"file", "raw", "url"}) {
    if (find_member(part, file) == nullptr) continue;
    return RpcProblem{RpcCode::kContentTypeNotSupported,
                      "message.parts: files are not supported; send text or data"};
  }
  return RpcProblem{RpcCode::kInvalidParams,
                    "message.parts: each part must have a text, or data that is an object"};
}

bool takes_messages(const runtime::Graph& graph) {
  const auto schema = parse_json(graph.schemas().input);
  const auto* properties = schema ? find_member(*schema, "properties") : nullptr;
  if (properties != nullptr) return find_member(*properties, kMessages) != nullptr;
  return graph.channel_index(kMessages).has_value();
}

// {"<id>":value,...} of a list of {id, value}.
RpcResult<std::string> answers_by_id(const JsonValue& list, const models::Thread& thread) {
  std::string json;
  for (const auto& one : list.GetArray()) {
    const auto id = string_member(one, "id");
    if (!waits_for(thread, id)) return wrong("resume: no interrupt \"" + std::string(id) + "\" waits");
    const auto* value = find_member(one, "value");
    json += (json.empty() ? "" : ",") + quote(id) + ":" + (value != nullptr ? to_text(*value) : "null");
  }
  if (json.empty()) return wrong("resume: must hold at least one {id, value}");
  return "{" + json + "}";
}

RpcResult<std::string> answer_to_one(std::string answer, const models::Thread& thread) {
  if (pending_interrupts(thread).size() <= 1) return answer;
  return wrong(
      R"(several questions wait; answer each by its id with a data part: {"resume":[{"id":...,"value":...}]})");
}

RpcResult<std::string> answer_of(const A2aMessage& message, const models::Thread& thread) {
  if (!message.data) return answer_to_one(quote(*message.text), thread);
  const auto data = parse_json(*message.data);
  const auto* resume = data ? find_member(*data, "resume") : nullptr;
  if (resume == nullptr) return answer_to_one(*message.data, thread);
  return resume->IsArray() ? answers_by_id(*resume, thread) : answer_to_one(to_text(*resume), thread);
}

}  // namespace

RpcResult<A2aMessage> A2aMessage::read(const JsonValue& params) {
  const auto* sent = find_member(params, "message");
  if (sent == nullptr || !sent->IsObject()) return wrong("message: is required");
  const auto role = string_member(*sent, "role");
  if (!is_user(role) && !is_agent(role)) return wrong("message.role: must be user or agent");
  const auto* parts = find_member(*sent, "parts");
  if (parts == nullptr || !parts->IsArray() || parts->Empty())
    return wrong("message.parts: must hold at least one part");
  A2aMessage message;
  for (const auto& part : parts->GetArray()) {
    if (auto problem = add_part(message, part)) return tl::unexpected<RpcProblem>(std::move(*problem));
  }
  message.id = string_member(*sent, "messageId");
  if (message.id.empty()) message.id = new_uuid7();
  message.context_id = string_member(*sent, "contextId");
  message.task_id = string_member(*sent, "taskId");
  if (!message.context_id.empty() && !is_uuid(message.context_id))
    return wrong("message.contextId: must be a UUID");
  return message;
}

RpcResult<models::RunRequest> new_run(const A2aMessage& message, const runtime::Graph& graph) {
  models::RunRequest request;
  request.input = message.data.value_or("{}");
  request.if_not_exists = models::IfNotExists::kCreate;
  if (!message.text) return request;
  if (!takes_messages(graph)) {
    return wrong(
        "this assistant takes no messages; send its input as a data part (its input schema is at "
        "/assistants/" +
        graph.id() + "/schemas)");
  }
  request.input =
      merge_objects(*request.input, "{\"messages\":[{\"type\":\"human\",\"content\":" + quote(*message.text) +
                                        ",\"id\":" + quote(message.id) + "}]}");
  return request;
}

RpcResult<models::RunRequest> answering_run(const A2aMessage& message, const models::Thread& thread) {
  auto answer = answer_of(message, thread);
  if (!answer) return tl::unexpected<RpcProblem>(std::move(answer.error()));
  models::RunRequest request;
  request.resume = std::move(*answer);
  return request;
}

}  // namespace agenthost::routers
