// Assignment: one piece of work for a worker process: a node to run or a conditional edge to decide.
//
// It may be given more than once, when the process it was given to is lost. It ends once: with ended(),
// asked() or failed(). Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agenthost/agent_plugin.h"
#include "host/base/error.hpp"

namespace agenthost::isolation {

class Child;

class Assignment {
 public:
  virtual ~Assignment() = default;

  // Sends it to a process, under a number of its own.
  virtual void give(const std::shared_ptr<Child>& child, std::uint64_t number) = 0;

  virtual void ended(agent_status status, std::string_view text) = 0;
  virtual void failed(const Error& error) = 0;
  virtual void asked(std::string_view question) = 0;

  // What the host's services know it as; nullptr: it has no services.
  [[nodiscard]] virtual agent_task* task() const = 0;
  // Makes room for one more call of a service; false: too many are open.
  [[nodiscard]] virtual bool open_call() = 0;
  // For people: "node x of plugin y".
  [[nodiscard]] virtual std::string name() const = 0;
};
// Shared because: whoever waits for it may cancel it while a process that works on it is being buried.
using AssignmentPtr = std::shared_ptr<Assignment>;

}  // namespace agenthost::isolation
