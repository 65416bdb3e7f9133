#include "host/runtime/run_events.hpp"

namespace agenthost::runtime {
namespace {

std::string error_json(const models::CheckpointTask& task) {
  if (!task.error) return "null";
  return "{\"message\":" + quote(task.error->text) + ",\"name\":" + quote(error_kind(*task.error)) + "}";
}

std::string interrupt_list(const models::CheckpointTask& task) {
  if (!task.interrupt) return "[]";
  return "[{\"id\":" + quote(task.interrupt->id) + ",\"value\":" + *task.interrupt->value + "}]";
}

std::string debug_json(std::string_view type, int step, const std::string& payload) {
  return "{\"step\":" + std::to_string(step) + ",\"type\":\"" + std::string(type) + "\",\"timestamp\":\"" +
         format_time(now_us()) + "\",\"payload\":" + payload + "}";
}

}  // namespace

RunEvents::RunEvents(const RunSpec& spec, std::shared_ptr<EventStream> stream)
    : spec_(spec), modes_(stream ? spec.stream_modes : 0), stream_(std::move(stream)) {}

void RunEvents::publish(std::string_view name, std::string data) {
  if (stream_) stream_->publish(std::string(name), std::move(data));
}

void RunEvents::started() {
  publish("metadata",
          "{\"run_id\":" + quote(spec_.run_id) + ",\"attempt\":" + std::to_string(spec_.attempt) + "}");
}

void RunEvents::values(const models::Checkpoint& checkpoint) {
  if (wants(StreamMode::kValues)) publish("values", values_json(checkpoint));
}

void RunEvents::update(std::string_view node, const JsonBlob& update) {
  if (!wants(StreamMode::kUpdates)) return;
  publish("updates", "{" + quote(node) + ":" + (update ? *update : "null") + "}");
}

void RunEvents::checkpoint(const models::Checkpoint& checkpoint) {
  if (!shows_checkpoints()) return;
  auto state = state_json(checkpoint);
  if (wants(StreamMode::kDebug)) publish("debug", debug_json("checkpoint", checkpoint.step, state));
  if (wants(StreamMode::kCheckpoints)) publish("checkpoints", std::move(state));
}

void RunEvents::task_started(const models::CheckpointTask& task, int step, const JsonBlob& state) {
  if (!shows_tasks()) return;
  std::string json = "{\"id\":" + quote(task.id) + ",\"name\":" + quote(task.node) + ",\"input\":" + *state +
                     ",\"triggers\":[" + quote("branch:to:" + task.node) +
                     "],\"interrupts\":[],\"metadata\":" + spec_.metadata + "}";
  if (wants(StreamMode::kDebug)) publish("debug", debug_json("task", step, json));
  if (wants(StreamMode::kTasks)) publish("tasks", std::move(json));
}

void RunEvents::task_ended(const models::CheckpointTask& task, int step) {
  if (!shows_tasks()) return;
  std::string json = "{\"id\":" + quote(task.id) + ",\"name\":" + quote(task.node) +
                     ",\"result\":" + (task.result ? *task.result : "{}") +
                     ",\"interrupts\":" + interrupt_list(task) + ",\"error\":" + error_json(task) + "}";
  if (wants(StreamMode::kDebug)) publish("debug", debug_json("task_result", step, json));
  if (wants(StreamMode::kTasks)) publish("tasks", std::move(json));
}

void RunEvents::interrupted(const models::Checkpoint& checkpoint) {
  if (wants(StreamMode::kUpdates)) {
    for (const auto& task : checkpoint.tasks) {
      if (task.interrupt) publish("updates", "{\"__interrupt__\":" + interrupt_list(task) + "}");
    }
  }
  auto interrupts = interrupts_json(checkpoint);
  if (wants(StreamMode::kValues)) {
    publish("values", merge_objects(values_json(checkpoint), "{\"__interrupt__\":" + interrupts + "}"));
  } else if (!wants(StreamMode::kUpdates)) {
    // Whatever was asked for, a client must learn that the run waits for it.
    publish("values", "{\"__interrupt__\":" + interrupts + "}");
  }
}

void RunEvents::breakpoint() {
  if (wants(StreamMode::kUpdates)) publish("updates", R"({"__interrupt__":[]})");
}

void RunEvents::custom(std::string json) {
  if (wants(StreamMode::kCustom)) publish("custom", std::move(json));
}

void RunEvents::message_chunk(std::string json, const models::CheckpointTask& task, int step) {
  if (!wants(StreamMode::kMessagesTuple)) return;
  if (const auto message = parse_json(json)) {
    const std::lock_guard lock(mutex_);
    streamed_ids_.emplace(string_member(*message, "id"));
  }
  publish("messages", "[" + json + "," + message_metadata(task, step) + "]");
}

void RunEvents::messages_written(const std::string& messages, const models::CheckpointTask& task, int step) {
  if (!wants(StreamMode::kMessagesTuple)) return;
  const auto list = parse_json(messages);
  if (!list || !list->IsArray()) return;
  for (const auto& message : list->GetArray()) {
    if (string_member(message, "type") == "remove") continue;
    {
      const std::lock_guard lock(mutex_);
      if (!streamed_ids_.emplace(string_member(message, "id")).second) continue;
    }
    publish("messages", "[" + to_text(message) + "," + message_metadata(task, step) + "]");
  }
}

std::string RunEvents::message_metadata(const models::CheckpointTask& task, int step) const {
  const std::string ns = quote(task.node + ":" + task.id);
  const std::string own =
      "{\"tags\":[],\"run_id\":" + quote(spec_.run_id) + ",\"thread_id\":" + quote(spec_.thread_id) +
      ",\"assistant_id\":" + quote(spec_.assistant_id) + ",\"graph_id\":" + quote(spec_.graph->id()) +
      ",\"run_attempt\":" + std::to_string(spec_.attempt) + ",\"langgraph_node\":" + quote(task.node) +
      ",\"langgraph_step\":" + std::to_string(step) + ",\"langgraph_triggers\":[" +
      quote("branch:to:" + task.node) + "],\"langgraph_path\":[\"__pregel_pull\"," + quote(task.node) +
      "],\"langgraph_checkpoint_ns\":" + ns + ",\"checkpoint_ns\":" + ns + "}";
  return merge_objects(spec_.metadata, own);
}

}  // namespace agenthost::runtime
