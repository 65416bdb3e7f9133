// Send and Target: where a graph goes next. Immutable.
//
//   return agent::Send("tool", call);            the node runs with this JSON as its input, not with the
//   state return std::vector<agent::Target>{"b", agent::Send("c", 3), agent::kEnd};
#pragma once

#include <string>
#include <utility>

#include "agenthost/sdk/json.hpp"

namespace agent {

// One more run of a node, with an input of its own (Context::input()). Several Sends to one node run side by
// side.
class Send {
 public:
  Send(std::string node, Json input) : node_(std::move(node)), input_(std::move(input)) {}

  [[nodiscard]] const std::string& node() const noexcept { return node_; }
  [[nodiscard]] const Json& input() const noexcept { return input_; }

 private:
  std::string node_;
  Json input_;
};

// A node by its name, kEnd, or a Send.
class Target {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a list of names and Sends is the point
  Target(std::string node) : json_(std::move(node)) {}
  Target(const char* node) : json_(node) {}
  Target(Send send) : json_{{"node", send.node()}, {"input", send.input()}} {}
  // NOLINTEND(google-explicit-constructor)

  // As route() and commands say it: "node" or {"node","input"}.
  [[nodiscard]] const Json& json() const noexcept { return json_; }

 private:
  Json json_;
};

}  // namespace agent
