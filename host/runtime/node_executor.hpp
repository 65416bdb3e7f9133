// NodeExecutor: how the loop runs a node without knowing plugins. In process, in a child process, or in a
// test.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/runtime/graph.hpp"
#include "host/telemetry/trace.hpp"

namespace agenthost::runtime {

struct NodeCall {
  const Node* node = nullptr;  // lives as long as the graph
  unsigned attempt = 1;
  JsonBlob state;                 // {"channel":value,...}; of a task made by a send, what was sent
  JsonBlob config;                // see agent_node_call.config
  std::vector<JsonBlob> answers;  // for interrupt(), in order
  std::chrono::steady_clock::time_point deadline;
  telemetry::TraceContext trace = {};  // of this execution's span
};

// How a task ended.
struct NodeUpdate {
  std::vector<JsonMember> writes;  // {channel: write}
  JsonBlob command = nullptr;      // instead of writes: {"update":{...},"goto":[...],"graph":"__parent__"}
};
struct NodeInterrupted {
  JsonBlob value;
};
using NodeOutcome = std::variant<NodeUpdate, NodeInterrupted, Error>;

// What a running task reports. Thread-safe: the calls come from any thread; done comes exactly once, and
// nothing after.
struct TaskSink {
  virtual ~TaskSink() = default;
  enum class Channel { kCustom, kMessages, kTools };
  enum class Pressure { kNone, kSlowDown };
  virtual Pressure emit(Channel channel, std::string json) = 0;
  virtual void done(NodeOutcome outcome) = 0;
};

enum class CancelReason { kUser, kDeadline, kShutdown };

// One started task. cancel() asks it to stop soon: its host services end at once, done() still comes.
// Thread-safe.
struct TaskHandle {
  virtual ~TaskHandle() = default;
  virtual void cancel(CancelReason reason) = 0;
  // The grace after cancel is over: done() is no longer waited for; whatever comes later is dropped.
  virtual void abandon() = 0;
};

// One configured graph of one plugin. Thread-safe.
struct NodeExecutor {
  virtual ~NodeExecutor() = default;
  // Never blocks; done() may come before it returns. sink lives until done or abandon.
  [[nodiscard]] virtual std::shared_ptr<TaskHandle> start(NodeCall call, std::shared_ptr<TaskSink> sink) = 0;
  // Decides a conditional edge; `decided` is called once, maybe before this returns, with a JSON array of
  // node names and of sends: {"node":"name","input":any}.
  using Decided = std::function<void(Result<JsonBlob>)>;
  virtual void route(const ConditionalEdge& edge, JsonBlob state, Decided decided) = 0;
};

}  // namespace agenthost::runtime
