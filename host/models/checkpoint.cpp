#include "host/models/checkpoint.hpp"

#include <algorithm>

namespace agenthost::models {
namespace {

std::string interrupt_json(const Interrupt& interrupt) {
  return "{\"id\":" + quote(interrupt.id) + ",\"value\":" + *interrupt.value + "}";
}

// useStream parses the error text of a task and shows message and name when it can.
std::string task_error_json(const CheckpointTask& task) {
  if (!task.error) return "null";
  return quote("{\"message\":" + quote(task.error->text) + ",\"name\":" + quote(error_kind(*task.error)) +
               "}");
}

std::string interrupt_list(const CheckpointTask& task) {
  std::string out;
  for (const auto& interrupt : task.interrupts) {
    if (!out.empty()) out += ',';
    out += interrupt_json(interrupt);
  }
  return out;
}

std::string path_json(const CheckpointTask& task) {
  if (task.send_index >= 0) return "[\"__pregel_push\"," + std::to_string(task.send_index) + ",false]";
  return "[\"__pregel_pull\"," + quote(task.node) + "]";
}

// Where the graph inside a subgraph task keeps its state; the newest checkpoint there is meant.
std::string inner_address(const Checkpoint& checkpoint, const CheckpointTask& task) {
  return "{\"thread_id\":" + quote(checkpoint.thread_id) +
         ",\"checkpoint_ns\":" + quote(inner_ns(checkpoint.checkpoint_ns, task)) + "}";
}

std::string task_json(const Checkpoint& checkpoint, const CheckpointTask& task, const InnerState& inner) {
  std::string state = "null", address = "null";
  if (task.kind == TaskKind::kSubgraph && !task.result) {
    if (inner) {
      state = inner(task);
    } else {
      address = inner_address(checkpoint, task);
    }
  }
  std::string out;
  out += "{\"id\":" + quote(task.id) + ",\"name\":" + quote(task.node) + ",\"path\":" + path_json(task);
  out += ",\"error\":" + task_error_json(task);
  out += ",\"interrupts\":[" + interrupt_list(task) + "]";
  out += ",\"checkpoint\":" + address + ",\"state\":" + state;
  out += ",\"result\":" + (task.result ? *task.result : "null") + "}";
  return out;
}

// {"": root id, "child:<task>": own id, ...}: which checkpoints of the graphs around it a checkpoint belongs
// to.
std::string checkpoint_map(const Checkpoint& checkpoint, const std::string& id) {
  if (checkpoint.checkpoint_ns.empty()) return "null";
  const auto metadata = parse_json(checkpoint.metadata);
  const auto* parents = metadata ? find_member(*metadata, "parents") : nullptr;
  return merge_objects(parents != nullptr ? to_text(*parents) : "{}",
                       "{" + quote(checkpoint.checkpoint_ns) + ":" + quote(id) + "}");
}

}  // namespace

std::string values_json(const Checkpoint& checkpoint) {
  std::string out = "{";
  for (const auto& channel : checkpoint.channels) {
    if (out.size() > 1) out += ',';
    out += quote(channel.channel);
    out += ':';
    out += *channel.value;
  }
  out += '}';
  return out;
}

std::string interrupts_json(const Checkpoint& checkpoint) {
  std::string out = "[";
  for (const auto& task : checkpoint.tasks) {
    if (task.interrupts.empty() || task.result) continue;
    if (out.size() > 1) out += ',';
    out += interrupt_list(task);
  }
  out += ']';
  return out;
}

std::string interrupts_by_task_json(const Checkpoint& checkpoint) {
  std::string out = "{";
  for (const auto& task : checkpoint.tasks) {
    if (task.interrupts.empty() || task.result) continue;
    if (out.size() > 1) out += ',';
    out += quote(task.id) + ":[" + interrupt_list(task) + "]";
  }
  out += '}';
  return out;
}

std::string inner_ns(const std::string& checkpoint_ns, const CheckpointTask& task) {
  std::string ns;
  ns.reserve(checkpoint_ns.size() + task.node.size() + task.id.size() + 2);
  if (!checkpoint_ns.empty()) ns.append(checkpoint_ns).append("|");
  return ns.append(task.node).append(":").append(task.id);
}

std::string address_json(const Checkpoint& checkpoint, const std::string& id) {
  if (id.empty()) return "null";
  return "{\"thread_id\":" + quote(checkpoint.thread_id) +
         ",\"checkpoint_ns\":" + quote(checkpoint.checkpoint_ns) + ",\"checkpoint_id\":" + quote(id) +
         ",\"checkpoint_map\":" + checkpoint_map(checkpoint, id) + "}";
}

std::string state_json(const Checkpoint& checkpoint, const InnerState& inner) {
  // Of a checkpoint that the graph has left every task is finished: then all of them were next.
  const bool left = std::all_of(checkpoint.tasks.begin(), checkpoint.tasks.end(),
                                [](const CheckpointTask& task) { return task.result != nullptr; });
  std::string next, tasks;
  for (const auto& task : checkpoint.tasks) {
    if (!tasks.empty()) tasks += ',';
    tasks += task_json(checkpoint, task, inner);
    if (task.result && !left) continue;
    if (!next.empty()) next += ',';
    next += quote(task.node);
  }
  std::string out;
  out += "{\"values\":" + values_json(checkpoint);
  out += ",\"next\":[" + next + "],\"tasks\":[" + tasks + "]";
  out += ",\"metadata\":" + checkpoint.metadata;
  out += ",\"created_at\":\"" + format_time(checkpoint.created_at) + "\"";
  out += ",\"checkpoint\":" + address_json(checkpoint, checkpoint.checkpoint_id);
  out += ",\"parent_checkpoint\":" + address_json(checkpoint, checkpoint.parent_id);
  out += ",\"interrupts\":" + interrupts_json(checkpoint) + "}";
  return out;
}

std::string empty_state_json() {
  return R"({"values":{},"next":[],"tasks":[],"metadata":{},"created_at":null,"checkpoint":null,)"
         R"("parent_checkpoint":null,"interrupts":[]})";
}

}  // namespace agenthost::models
