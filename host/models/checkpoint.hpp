// Checkpoint: the state of a thread after one superstep, and what is still to do there.
//
// A channel's value carries a version; a checkpoint that did not change a channel shares its parent's
// version, so the disk holds each value once. Immutable value once made.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/ids.hpp"
#include "host/base/json.hpp"

namespace agenthost::models {

struct Interrupt {
  std::string id;  // 32 hex digits, stable for the same pending task
  JsonBlob value;
};

enum class TaskKind { kNode, kSubgraph };

// A task of a checkpoint: still to run, stopped, or finished.
struct CheckpointTask {
  std::string id;  // uuid, deterministic per checkpoint and node
  std::string node;
  TaskKind kind = TaskKind::kNode;
  // A send: what it carries to the node instead of the state, and which of the checkpoint's sends it is.
  JsonBlob input = nullptr;
  int send_index = -1;
  // Set once the task finished: its update. Never run again. Applied when all tasks have finished.
  JsonBlob result = nullptr;
  // With the result: where its command goes, as a JSON array. Null = only along the edges.
  JsonBlob goes_to = nullptr;
  // What it stopped to ask; of a subgraph everything that is asked inside it.
  std::vector<Interrupt> interrupts = {};
  // Answers given so far; the n-th interrupt() of the task gets the n-th.
  std::vector<JsonBlob> answers = {};
  // Set when it failed.
  std::optional<Error> error = {};
};

struct ChannelValue {
  std::string channel;
  std::int64_t version = 0;  // grows with every write of this thread
  JsonBlob value;
};

struct Checkpoint {
  std::string thread_id;
  std::string checkpoint_ns;  // "" = root
  std::string checkpoint_id;
  std::string parent_id;  // empty = first
  std::string run_id;
  int step = -1;
  std::string source;  // input | loop | update | fork
  // The nodes whose writes made it: whoever updates the state without saying as whom goes on as they.
  std::vector<std::string> written_by;
  std::string metadata = "{}";
  Micros created_at = 0;
  std::vector<ChannelValue> channels;  // every channel that has a value, in the graph's order
  std::vector<CheckpointTask> tasks;   // empty = finished
};

// {"channel":value,...}: the state as nodes and clients see it.
[[nodiscard]] std::string values_json(const Checkpoint& checkpoint);

// [{"id","value"},...] of all tasks that wait for an answer.
[[nodiscard]] std::string interrupts_json(const Checkpoint& checkpoint);

// {"<task id>":[{"id","value"}]} as Thread.interrupts shows it.
[[nodiscard]] std::string interrupts_by_task_json(const Checkpoint& checkpoint);

// The ThreadState object of the API. inner: the ThreadState of a subgraph task, or empty = not expanded.
using InnerState = std::function<std::string(const CheckpointTask&)>;
[[nodiscard]] std::string state_json(const Checkpoint& checkpoint, const InnerState& inner = {});

// The namespace of the graph inside a subgraph task.
[[nodiscard]] std::string inner_ns(const std::string& checkpoint_ns, const CheckpointTask& task);

// {"thread_id","checkpoint_ns","checkpoint_id","checkpoint_map"}; null when id is empty.
[[nodiscard]] std::string address_json(const Checkpoint& checkpoint, const std::string& id);

// The ThreadState of a thread that never ran: checkpoint must be null there.
[[nodiscard]] std::string empty_state_json();

}  // namespace agenthost::models
