// Messages, for channels with the reducer kMessages. Thread-safe: no state.
#pragma once

#include <string>
#include <utility>

#include "agenthost/sdk/json.hpp"

namespace agent {

// Without an id the host gives one.
[[nodiscard]] inline Json make_message(std::string type, std::string content, std::string id = {}) {
  Json message{{"type", std::move(type)}, {"content", std::move(content)}};
  if (!id.empty()) message["id"] = std::move(id);
  return message;
}
[[nodiscard]] inline Json ai_message(std::string content, std::string id = {}) {
  return make_message("ai", std::move(content), std::move(id));
}
[[nodiscard]] inline Json human_message(std::string content, std::string id = {}) {
  return make_message("human", std::move(content), std::move(id));
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

}  // namespace agent
