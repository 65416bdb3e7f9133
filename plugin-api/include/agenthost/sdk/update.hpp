// Update: what a node writes: {channel: write}. What a write does is the channel's reducer's business.
// Strand-bound.
//
//   co_return Update{}.set("greeting", "hello").message(agent::ai_message("hello"));
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "agenthost/sdk/json.hpp"

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

  [[nodiscard]] const Json& json() const noexcept { return writes_; }

 private:
  Json writes_ = Json::object();
};

}  // namespace agent
