// Checkpoint: the state of a thread after one superstep, and what is still to do there.
//
// A channel's value carries a version; a checkpoint that did not change a channel shares its parent's
// version, so the disk holds each value once. Immutable value once made.
#pragma once

#include <cstdint>
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

// A task that a checkpoint still has to run, or has run while a sibling stopped.
struct CheckpointTask {
  std::string id;  // uuid, deterministic per checkpoint and node
  std::string node;
  // Set once the task finished: its update, not yet applied because a sibling is unfinished. Never run again.
  JsonBlob result = nullptr;
  // Set when it stopped to ask.
  std::optional<Interrupt> interrupt = {};
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

// The ThreadState object of the API.
[[nodiscard]] std::string state_json(const Checkpoint& checkpoint);

// The ThreadState of a thread that never ran: checkpoint must be null there.
[[nodiscard]] std::string empty_state_json();

}  // namespace agenthost::models
