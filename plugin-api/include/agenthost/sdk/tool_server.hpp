// Tools of other servers, which speak the Model Context Protocol, by the operator's name of the server.
// Thread-safe. (Tools that the plugin itself has: sdk/tools.hpp.)
//
//   const agent::ToolServer issues = ctx.tools("issues");
//   const agent::Json tools = co_await issues.list();          // [{"name","description","inputSchema"}, ...]
//   const agent::Json arguments{{"query", "crash"}};
//   const agent::Json result = co_await issues.call("search", arguments);
//
// A tool that failed is a result too: {"content":[...],"isError":true}. No result throws agent::Error:
// kNotFound (no such server), kDenied (off, not granted, or without agent.tools/1), kInvalid (an unknown
// tool), kUnavailable, kCancelled, kDeadline. A node may run again after a crash, and then so does the tool.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/task.hpp"

namespace agent {

namespace detail {
class Execution;
}

class ToolServer {
 public:
  ToolServer(std::shared_ptr<detail::Execution> execution, std::string name)
      : execution_(std::move(execution)), name_(std::move(name)) {}

  // An array, each tool as the server shows it.
  [[nodiscard]] Task<Json> list() const;
  // arguments: an object. The result as the protocol has it: "content", "structuredContent", "isError".
  [[nodiscard]] Task<Json> call(std::string tool, const Json& arguments) const;

  // Whether this plugin has agent.tools/1.
  [[nodiscard]] bool is_granted() const;

 private:
  std::shared_ptr<detail::Execution>
      execution_;  // shared because: a call may outlive the Context it came from
  std::string name_;
};

}  // namespace agent

#include "agenthost/sdk/detail/tool_server_calls.hpp"
