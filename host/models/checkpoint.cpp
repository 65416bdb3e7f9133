#include "host/models/checkpoint.hpp"

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

std::string task_json(const CheckpointTask& task) {
  std::string out;
  out += "{\"id\":" + quote(task.id) + ",\"name\":" + quote(task.node);
  out += ",\"path\":[\"__pregel_pull\"," + quote(task.node) + "]";
  out += ",\"error\":" + task_error_json(task);
  out += ",\"interrupts\":[" + (task.interrupt ? interrupt_json(*task.interrupt) : "") + "]";
  out += ",\"checkpoint\":null,\"state\":null,\"result\":" + (task.result ? *task.result : "null") + "}";
  return out;
}

std::string address_json(const Checkpoint& checkpoint, const std::string& id) {
  if (id.empty()) return "null";
  return "{\"thread_id\":" + quote(checkpoint.thread_id) +
         ",\"checkpoint_ns\":" + quote(checkpoint.checkpoint_ns) + ",\"checkpoint_id\":" + quote(id) +
         ",\"checkpoint_map\":null}";
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
    if (!task.interrupt) continue;
    if (out.size() > 1) out += ',';
    out += interrupt_json(*task.interrupt);
  }
  out += ']';
  return out;
}

std::string interrupts_by_task_json(const Checkpoint& checkpoint) {
  std::string out = "{";
  for (const auto& task : checkpoint.tasks) {
    if (!task.interrupt) continue;
    if (out.size() > 1) out += ',';
    out += quote(task.id) + ":[" + interrupt_json(*task.interrupt) + "]";
  }
  out += '}';
  return out;
}

std::string state_json(const Checkpoint& checkpoint) {
  std::string next, tasks;
  for (const auto& task : checkpoint.tasks) {
    if (!tasks.empty()) tasks += ',';
    tasks += task_json(task);
    if (task.result) continue;
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
