#include "host/services/v2_messages.hpp"

#include <algorithm>

namespace agenthost::services {
namespace {

bool is_the_models(std::string_view type) {
  return type == "ai" || type == "assistant" || type == "AIMessageChunk";
}

// "child:<id>|node:<id>" -> the last id
std::string_view task_of(const JsonValue& metadata) {
  auto ns = string_member(metadata, "langgraph_checkpoint_ns");
  ns = ns.substr(ns.rfind('|') + 1);
  const auto colon = ns.rfind(':');
  return colon == std::string_view::npos ? std::string_view{} : ns.substr(colon + 1);
}

std::string member(std::string_view name, std::string_view json) {
  return ",\"" + std::string(name) + "\":" + std::string(json);
}

// One event: `what` is its name, `rest` further members, each with its comma in front.
template <class Message>
void say(const Message& message, std::string_view what, const std::string& rest, std::vector<V2Event>& out) {
  // run_id names the message: clients put the events of one message together by it, or by id.
  out.push_back({"messages", message.ns,
                 "{\"event\":\"" + std::string(what) + "\"" + member("id", quote(message.id)) +
                     member("run_id", quote(message.id)) + rest + "}",
                 message.node});
}
}  // namespace

void V2Messages::said(const Namespace& ns, const std::string& data, std::vector<V2Event>& out) {
  const auto tuple = parse_json(data);
  if (!tuple || !tuple->IsArray() || tuple->Size() != 2) return;
  const auto& chunk = (*tuple)[0];
  auto* message = open_message(ns, chunk, (*tuple)[1], out);
  if (message == nullptr) return;
  take_content(*message, chunk, out);
  take_tool_calls(*message, chunk, out);
  if (const auto* usage = find_member(chunk, "usage_metadata")) message->usage = to_text(*usage);
  if (const auto* response = find_member(chunk, "response_metadata")) {
    const auto reason = string_member(*response, "finish_reason", string_member(*response, "stop_reason"));
    if (!reason.empty()) message->reason = reason;
  }
  if (string_member(chunk, "chunk_position") != "last") return;
  finish(*message, out);
  active_.erase(active_.begin() + (message - active_.data()));
}

V2Messages::Message* V2Messages::open_message(const Namespace& ns, const JsonValue& chunk,
                                              const JsonValue& metadata, std::vector<V2Event>& out) {
  const auto id = string_member(chunk, "id");
  if (!is_the_models(string_member(chunk, "type")) || id.empty() || finished_.count(id) != 0) return nullptr;
  const auto found =
      std::find_if(active_.begin(), active_.end(), [&](const Message& one) { return one.id == id; });
  if (found != active_.end()) return &*found;
  auto& message = active_.emplace_back();
  message.ns = ns;
  message.id = id;
  message.node = string_member(metadata, "langgraph_node");
  message.task_id = task_of(metadata);
  say(message, "message-start", R"(,"role":"ai")" + member("metadata", to_text(metadata)), out);
  return &message;
}

void V2Messages::take_content(Message& message, const JsonValue& chunk, std::vector<V2Event>& out) {
  const auto* content = find_member(chunk, "content");
  if (content == nullptr) return;
  if (content->IsString()) return take_text(message, "text", as_view(*content), out);
  if (!content->IsArray()) return;
  for (const auto& part : content->GetArray()) take_part(message, part, out);
}

void V2Messages::take_part(Message& message, const JsonValue& part, std::vector<V2Event>& out) {
  if (part.IsString()) return take_text(message, "text", as_view(part), out);
  const auto type = string_member(part, "type");
  if (type == "text" || type == "text_delta")
    return take_text(message, "text", string_member(part, "text"), out);
  if (type == "reasoning" || type == "thinking") {
    return take_text(message, "reasoning", string_member(part, "reasoning", string_member(part, "thinking")),
                     out);
  }
  // What a model asks of tools stands in tool_calls or tool_call_chunks too.
  if (type.empty() || type == "tool_use" || type == "tool_call" || type == "input_json_delta") return;
  whole_block(message, to_text(part), out);
}

void V2Messages::take_tool_calls(Message& message, const JsonValue& chunk, std::vector<V2Event>& out) {
  const auto* chunks = find_member(chunk, "tool_call_chunks");
  if (chunks != nullptr && chunks->IsArray() && !chunks->Empty()) {
    for (const auto& call : chunks->GetArray()) take_arguments(message, call, out);
    return;
  }
  const auto* calls = find_member(chunk, "tool_calls");
  if (calls == nullptr || !calls->IsArray() || string_member(chunk, "type") == "AIMessageChunk") return;
  for (const auto& call : calls->GetArray()) {
    whole_block(message, merge_objects(to_text(call), R"({"type":"tool_call"})"), out);
  }
}

void V2Messages::take_text(Message& message, std::string_view type, std::string_view text,
                           std::vector<V2Event>& out) {
  if (text.empty()) return;
  if (!message.open || message.blocks.back().type != type) {
    start_block(message, {std::string(type), {}},
                "{\"type\":\"" + std::string(type) + "\",\"" + std::string(type) + "\":\"\"}", out);
  }
  message.blocks.back().said += text;
  say(message, "content-block-delta",
      member("index", std::to_string(message.blocks.size() - 1)) + ",\"delta\":{\"type\":\"" +
          std::string(type) + "-delta\",\"" + std::string(type) + "\":" + quote(text) + "}",
      out);
}

void V2Messages::take_arguments(Message& message, const JsonValue& call, std::vector<V2Event>& out) {
  const auto* number = find_member(call, "index");
  const int index = number != nullptr && number->IsInt() ? number->GetInt() : 0;
  const auto id = string_member(call, "id");
  const bool goes_on = message.open && message.blocks.back().type == "tool_call_chunk" &&
                       message.blocks.back().protocol_index == index &&
                       (id.empty() || message.blocks.back().id == id);
  if (!goes_on) {
    Block block{"tool_call_chunk", {}, std::string(id), std::string(string_member(call, "name")), index};
    const auto content = R"({"type":"tool_call_chunk")" + member("id", quote(block.id)) +
                         member("name", quote(block.name)) + R"(,"args":""})";
    start_block(message, std::move(block), content, out);
  }
  const auto arguments = string_member(call, "args");
  if (arguments.empty()) return;
  message.blocks.back().said += arguments;
  say(message, "content-block-delta",
      member("index", std::to_string(message.blocks.size() - 1)) +
          R"(,"delta":{"type":"tool-call-delta","args":)" + quote(arguments) + "}",
      out);
}

void V2Messages::start_block(Message& message, Block block, const std::string& content,
                             std::vector<V2Event>& out) {
  finish_block(message, out);
  message.blocks.push_back(std::move(block));
  message.open = true;
  say(message, "content-block-start",
      member("index", std::to_string(message.blocks.size() - 1)) + member("content", content), out);
}

void V2Messages::whole_block(Message& message, const std::string& content, std::vector<V2Event>& out) {
  start_block(message, {}, content, out);
  message.open = false;
  say(message, "content-block-finish",
      member("index", std::to_string(message.blocks.size() - 1)) + member("content", content), out);
}

void V2Messages::finish_block(Message& message, std::vector<V2Event>& out) {
  if (!std::exchange(message.open, false)) return;
  const auto& block = message.blocks.back();
  std::string content;
  if (block.type == "tool_call_chunk") {
    const auto arguments = parse_json(block.said.empty() ? "{}" : block.said);
    content = std::string("{\"type\":\"") + (arguments ? "tool_call" : "invalid_tool_call") + "\"" +
              member("id", quote(block.id)) + member("name", quote(block.name)) +
              member("args", arguments ? to_text(*arguments) : quote(block.said)) + "}";
  } else {
    content = "{\"type\":\"" + block.type + "\"" + member(block.type, quote(block.said)) + "}";
  }
  say(message, "content-block-finish",
      member("index", std::to_string(message.blocks.size() - 1)) + member("content", content), out);
}

void V2Messages::finish(Message& message, std::vector<V2Event>& out) {
  finish_block(message, out);
  say(message, "message-finish",
      member("reason", quote(message.reason.empty() ? "stop" : message.reason)) +
          (message.usage.empty() ? "" : member("usage", message.usage)),
      out);
  finished_.insert(message.id);
}

void V2Messages::task_ended(std::string_view task_id, std::string_view problem, std::vector<V2Event>& out) {
  for (auto& message : active_) {
    if (message.task_id != task_id) continue;
    if (problem.empty()) {
      finish(message, out);
    } else {
      say(message, "error", member("message", quote(problem)), out);
      finished_.insert(message.id);
    }
  }
  active_.erase(std::remove_if(active_.begin(), active_.end(),
                               [&](const Message& message) { return message.task_id == task_id; }),
                active_.end());
}

void V2Messages::run_ended(std::vector<V2Event>& out) {
  for (const auto& message : active_) {
    say(message, "error", member("message", quote("the run ended before the message did")), out);
    finished_.insert(message.id);
  }
  active_.clear();
}

}  // namespace agenthost::services
