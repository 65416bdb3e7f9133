// Messages, for channels with the reducer kMessages. Thread-safe: no state.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agenthost/sdk/json.hpp"

namespace agent {

// Without an id the host gives one.
[[nodiscard]] inline Json make_message(std::string type, std::string content, std::string id = {}) {
  Json message{{"type", std::move(type)}, {"content", std::move(content)}};
  if (!id.empty()) message["id"] = std::move(id);
  return message;
}
[[nodiscard]] inline Json human_message(std::string content, std::string id = {}) {
  return make_message("human", std::move(content), std::move(id));
}
[[nodiscard]] inline Json system_message(std::string content, std::string id = {}) {
  return make_message("system", std::move(content), std::move(id));
}
[[nodiscard]] inline Json ai_message(std::string content, std::string id = {}) {
  return make_message("ai", std::move(content), std::move(id));
}

// A request of an ai message that a tool be run: {"name","args","id","type"}.
[[nodiscard]] inline Json tool_call(std::string id, std::string name, Json args) {
  return {{"name", std::move(name)}, {"args", std::move(args)}, {"id", std::move(id)}, {"type", "tool_call"}};
}
[[nodiscard]] inline Json ai_message(std::string content, std::string id, std::vector<Json> tool_calls) {
  Json message = ai_message(std::move(content), std::move(id));
  message["tool_calls"] = std::move(tool_calls);
  return message;
}
// What a tool answered to the call with that id.
[[nodiscard]] inline Json tool_message(std::string content, std::string tool_call_id, std::string id = {}) {
  Json message = make_message("tool", std::move(content), std::move(id));
  message["tool_call_id"] = std::move(tool_call_id);
  return message;
}

// Deletes the message with that id, or all of them, when written to the channel.
[[nodiscard]] inline Json remove_message(std::string id) {
  return {{"type", "remove"}, {"id", std::move(id)}};
}
[[nodiscard]] inline Json remove_all_messages() {
  return remove_message("__remove_all__");
}

// ---- Reading ----

[[nodiscard]] inline bool is_message(const Json& message, const char* type) {
  return message.is_object() && message.contains("type") && message["type"] == type;
}

// The text of a message: its content, or the text parts of it one after the other; "" for anything else.
[[nodiscard]] inline std::string text_of(const Json& message) {
  if (!message.is_object() || !message.contains("content")) return {};
  const Json& content = message["content"];
  if (content.is_string()) return content.get<std::string>();
  std::string text;
  if (!content.is_array()) return text;
  for (const Json& part : content) {
    if (part.is_object() && part.contains("text") && part["text"].is_string())
      text += part["text"].get<std::string>();
  }
  return text;
}

// The tool calls of an ai message, [] when there are none.
[[nodiscard]] inline Json tool_calls_of(const Json& message) {
  const bool has_calls =
      is_message(message, "ai") && message.contains("tool_calls") && message["tool_calls"].is_array();
  return has_calls ? message["tool_calls"] : Json::array();
}

}  // namespace agent
