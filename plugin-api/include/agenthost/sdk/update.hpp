// Update: what a node writes: {channel: write}. What a write does is the channel's reducer's business.
// Optionally also where to go next, which makes it a command. Strand-bound.
//
//   co_return Update{}.set("greeting", "hello").message(agent::ai_message("hello"));
//   co_return Update{}.set("city", city).go_to("weather").go_to(agent::Send("log", {{"city", city}}));
#pragma once

#include <string>
#include <utility>

#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/send.hpp"

namespace agent {

class Update {
 public:
  Update& set(std::string channel, Json value) & {
    writes_[std::move(channel)] = std::move(value);
    return *this;
  }
  [[nodiscard]] Update set(std::string channel, Json value) && {
    return std::move(set(std::move(channel), std::move(value)));
  }
  // Adds to the list of writes of "messages".
  Update& message(Json message) & {
    Json& list = writes_["messages"];
    if (!list.is_array()) list = Json::array();
    list.push_back(std::move(message));
    return *this;
  }
  [[nodiscard]] Update message(Json value) && { return std::move(message(std::move(value))); }

  // Runs the target next, in addition to what the node's edges say.
  Update& go_to(const Target& target) & {
    if (goto_.is_null()) goto_ = Json::array();
    goto_.push_back(target.json());
    return *this;
  }
  [[nodiscard]] Update go_to(const Target& target) && { return std::move(go_to(target)); }
  // In a node of a subgraph: writes and targets are those of the graph around it; the subgraph ends here.
  Update& in_parent() & {
    is_for_parent_ = true;
    return *this;
  }
  [[nodiscard]] Update in_parent() && { return std::move(in_parent()); }

  [[nodiscard]] const Json& json() const noexcept { return writes_; }
  // The command as the ABI has it; null when this is a plain update.
  [[nodiscard]] Json command() const {
    if (goto_.is_null() && !is_for_parent_) return {};
    Json command{{"update", writes_}, {"goto", goto_.is_null() ? Json::array() : goto_}};
    if (is_for_parent_) command["graph"] = "__parent__";
    return command;
  }

 private:
  Json writes_ = Json::object();
  Json goto_;  // null = no go_to()
  bool is_for_parent_ = false;
};

}  // namespace agent
