// Context: what a node may ask of the host. Cheap to copy. Thread-safe, except interrupt(), and what returns
// a Task: those belong to the node's own coroutine. After the node has ended everything is refused and harms
// nobody.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/http.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/llm.hpp"
#include "agenthost/sdk/metrics.hpp"
#include "agenthost/sdk/store.hpp"
#include "agenthost/sdk/subagent.hpp"
#include "agenthost/sdk/task.hpp"
#include "agenthost/sdk/tool_server.hpp"
#include "agenthost/sdk/trace.hpp"

namespace agent {

enum class LogLevel {
  kDebug = AGENT_LOG_DEBUG,
  kInfo = AGENT_LOG_INFO,
  kWarn = AGENT_LOG_WARN,
  kError = AGENT_LOG_ERROR,
};

// What the stream answers to an event.
enum class Pressure { kNone, kSlowDown };

class Context {
 public:
  explicit Context(std::shared_ptr<detail::Execution> execution) : execution_(std::move(execution)) {}

  // ---- Services ----
  [[nodiscard]] Http http() const { return Http(execution_); }
  [[nodiscard]] Llm llm() const { return Llm(execution_); }
  [[nodiscard]] Store store() const { return Store(execution_); }
  [[nodiscard]] Subagents subagents() const { return Subagents(execution_); }
  [[nodiscard]] ToolServer tools(std::string server) const { return {execution_, std::move(server)}; }
  // Waits without a thread. Throws Error kCancelled or kDeadline when the node should stop.
  [[nodiscard]] Task<void> sleep(std::chrono::nanoseconds duration) const;
  // The host's clock, so that replays and tests decide what time it is. Throws Error kDenied without
  // agent.timer/1.
  [[nodiscard]] std::chrono::system_clock::time_point now() const;
  [[nodiscard]] Metrics metrics() const;
  // A span that begins now, in the run's trace below this node's own.
  [[nodiscard]] Span span(std::string_view name) const { return {execution_, name}; }
  // One line for the operator. Never put secrets in it.
  void log(LogLevel level, std::string_view text) const;

  // ---- The run's stream ----
  // An event of stream mode "custom": any JSON, shown as written.
  Pressure emit(const Json& event) const;
  // One chunk of a message: {"id","type","content"}; the id must be that of the message the node finally
  // returns.
  Pressure emit_message(const Json& chunk) const;
  // An event of stream mode "tools": {"event":"on_tool_start","toolCallId","name","input"}, and so on; see
  // agent_host_api.emit.
  Pressure emit_tool(const Json& event) const;
  // A fresh id for such a message: the same again when the node runs again (resume, retry), so nothing
  // doubles.
  [[nodiscard]] std::string new_message_id() const;

  // ---- People ----
  // Asks a human and returns the answer. Without one yet it ends the node here; on resume the node runs again
  // from its top and gets it. So everything before it must be safe to repeat, and `catch (...)` around it
  // must rethrow.
  [[nodiscard]] Json interrupt(const Json& value) const;

  // ---- Where this is ----
  // What the node was called with: the state, or the input of the Send that started it.
  [[nodiscard]] const Json& input() const;
  [[nodiscard]] const Json& config() const;        // all of it, see docs/plugin-guide.md
  [[nodiscard]] const Json& configurable() const;  // {} when absent, as the next two
  [[nodiscard]] const Json& context() const;
  [[nodiscard]] const Json& metadata() const;
  [[nodiscard]] std::string run_id() const;
  [[nodiscard]] std::string thread_id() const;
  [[nodiscard]] std::string assistant_id() const;
  [[nodiscard]] std::string graph_id() const;
  [[nodiscard]] std::string task_id() const;
  [[nodiscard]] const std::string& node() const;  // its name in its own graph
  [[nodiscard]] unsigned attempt() const;         // 1 on the first try

  // ---- When to stop ----
  [[nodiscard]] std::chrono::nanoseconds time_left() const;  // 0 when the deadline has passed
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const;
  [[nodiscard]] bool cancelled() const;
  // Throws Error kCancelled when the node should stop: for loops of blocking nodes.
  void raise_if_cancelled() const;
  // Ends the node with an error whose class name is `kind` ("ValueError").
  [[noreturn]] void raise(std::string kind, const std::string& text) const;

 private:
  std::shared_ptr<detail::Execution>
      execution_;  // shared because: the node's frames and its host calls all hold it
};

}  // namespace agent

#include "agenthost/sdk/detail/context_calls.hpp"
