// State: what a node reads: every channel that has a value. Immutable; copies share one document.
//
//   state.get<std::string>("name")            throws agent::Error(kInvalid) when it is missing or no string
//   state.get<std::string>("name", "you")     the fallback when it is missing or null; still throws on a
//   wrong type state["opportunities"]                    the JSON itself; null when missing
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agenthost/sdk/json.hpp"

namespace agent {

class State {
 public:
  State() : State(Json::object()) {}
  explicit State(Json channels) : channels_(std::make_shared<const Json>(std::move(channels))) {}

  [[nodiscard]] const Json& json() const noexcept { return *channels_; }
  // Present and not null.
  [[nodiscard]] bool has(std::string_view channel) const { return !(*this)[channel].is_null(); }
  [[nodiscard]] const Json& operator[](std::string_view channel) const {
    const auto found = channels_->find(channel);
    return found == channels_->end() ? null() : *found;
  }
  template <class T>
  [[nodiscard]] T get(std::string_view channel) const {
    return read_as<T>((*this)[channel], channel);
  }
  template <class T>
  [[nodiscard]] T get(std::string_view channel, T fallback) const {
    const Json& value = (*this)[channel];
    return value.is_null() ? std::move(fallback) : read_as<T>(value, channel);
  }
  // The last element of the channel "messages", or null.
  [[nodiscard]] const Json& last_message() const {
    const Json& messages = (*this)["messages"];
    return messages.is_array() && !messages.empty() ? messages.back() : null();
  }

 private:
  static const Json& null() {
    static const Json kNull;
    return kNull;
  }

  // Shared because: a state is handed around by value and never changes.
  std::shared_ptr<const Json> channels_;
};

}  // namespace agent
