#include "host/runtime/run_events.hpp"

namespace agenthost::runtime {
namespace {

std::string error_json(const models::CheckpointTask& task) {
  if (!task.error) return "null";
  return "{\"message\":" + quote(task.error->text) + ",\"name\":" + quote(error_kind(*task.error)) + "}";
}

std::string interrupt_list(const models::CheckpointTask& task) {
  std::string out = "[";
  if (!task.result) {
    for (const auto& interrupt : task.interrupts) {
      if (out.size() > 1) out += ',';
      out += "{\"id\":" + quote(interrupt.id) + ",\"value\":" + *interrupt.value + "}";
    }
  }
  return out + "]";
}

std::string debug_json(std::string_view type, int step, const std::string& payload) {
  return "{\"step\":" + std::to_string(step) + ",\"type\":\"" + std::string(type) + "\",\"timestamp\":\"" +
         format_time(now_us()) + "\",\"payload\":" + payload + "}";
}

std::string configurable_json(const models::Checkpoint& checkpoint, const std::string& id) {
  if (id.empty()) return "null";
  return "{\"configurable\":{\"thread_id\":" + quote(checkpoint.thread_id) +
         ",\"checkpoint_ns\":" + quote(checkpoint.checkpoint_ns) + ",\"checkpoint_id\":" + quote(id) + "}}";
}

// What clients of the debug and checkpoints modes get: the state and how to come back to it.
std::string checkpoint_payload(const models::Checkpoint& checkpoint) {
  return merge_objects(state_json(checkpoint),
                       "{\"config\":" + configurable_json(checkpoint, checkpoint.checkpoint_id) +
                           ",\"parent_config\":" + configurable_json(checkpoint, checkpoint.parent_id) + "}");
}

std::string triggers_json(const models::CheckpointTask& task) {
  return task.send_index >= 0 ? "[\"__pregel_push\"]" : "[" + quote("branch:to:" + task.node) + "]";
}

}  // namespace

RunEvents::RunEvents(const RunSpec& spec, std::shared_ptr<EventFeed> feed)
    : spec_(spec), feed_(std::move(feed)), shown_(spec.checkpoint_ns.empty() || feed_->shows_subgraphs()) {}

void RunEvents::publish(std::string name, std::string data, StreamMode mode) {
  feed_->publish(std::move(name), std::move(data), only(mode), spec_.checkpoint_ns);
}

// ---- The loop ----

void RunEvents::started() {
  if (!spec_.checkpoint_ns.empty() || !feed_->has_stream()) return;
  feed_->publish("metadata",
                 "{\"run_id\":" + quote(spec_.run_id) + ",\"attempt\":" + std::to_string(spec_.attempt) + "}",
                 0, "");
  const auto* input = std::get_if<InputValues>(&spec_.input);
  if (shows(StreamMode::kEvents)) {
    callback("on_chain_start", spec_.graph->id(), nullptr,
             "{\"input\":" + (input != nullptr ? *input->values : "null") + "}");
  }
}

void RunEvents::ended(const RunResult& result) {
  if (!spec_.checkpoint_ns.empty() || !shows(StreamMode::kEvents)) return;
  callback("on_chain_end", spec_.graph->id(), nullptr,
           "{\"output\":" + (result.checkpoint ? values_json(*result.checkpoint) : "null") + "}");
}

void RunEvents::values(const models::Checkpoint& checkpoint) {
  if (!shows(StreamMode::kValues) && !shows(StreamMode::kEvents)) return;
  auto values = values_json(checkpoint);
  if (shows(StreamMode::kEvents) && spec_.checkpoint_ns.empty())
    callback("on_chain_stream", spec_.graph->id(), nullptr, "{\"chunk\":" + values + "}");
  if (shows(StreamMode::kValues)) publish("values", std::move(values), StreamMode::kValues);
}

void RunEvents::checkpoint(const models::Checkpoint& checkpoint) {
  if (!shows_checkpoints()) return;
  auto payload = checkpoint_payload(checkpoint);
  if (shows(StreamMode::kDebug))
    publish("debug", debug_json("checkpoint", checkpoint.step, payload), StreamMode::kDebug);
  if (shows(StreamMode::kCheckpoints)) publish("checkpoints", std::move(payload), StreamMode::kCheckpoints);
}

void RunEvents::task_started(const models::CheckpointTask& task, int step, const JsonBlob& input) {
  if (shows(StreamMode::kEvents)) callback("on_chain_start", task.node, &task, "{\"input\":" + *input + "}");
  if (!shows_tasks()) return;
  std::string json = "{\"id\":" + quote(task.id) + ",\"name\":" + quote(task.node) + ",\"input\":" + *input +
                     ",\"triggers\":" + triggers_json(task) +
                     ",\"interrupts\":[],\"metadata\":" + spec_.metadata + "}";
  if (shows(StreamMode::kDebug)) publish("debug", debug_json("task", step, json), StreamMode::kDebug);
  if (shows(StreamMode::kTasks)) publish("tasks", std::move(json), StreamMode::kTasks);
}

void RunEvents::task_ended(const models::CheckpointTask& task, int step) {
  if (!shows_results()) return;
  const std::string result = task.result ? *task.result : "{}";
  if (shows(StreamMode::kEvents) && task.result)
    callback("on_chain_end", task.node, &task, "{\"output\":" + result + "}");
  if (!shows_tasks()) return;
  std::string json = "{\"id\":" + quote(task.id) + ",\"name\":" + quote(task.node) + ",\"result\":" + result +
                     ",\"interrupts\":" + interrupt_list(task) + ",\"error\":" + error_json(task) + "}";
  if (shows(StreamMode::kDebug)) publish("debug", debug_json("task_result", step, json), StreamMode::kDebug);
  if (shows(StreamMode::kTasks)) publish("tasks", std::move(json), StreamMode::kTasks);
}

// Whoever sees a question or a breakpoint acts on it at once: reads the state, changes it, answers. So the
// run's last word is not shown before all that can be done.
void RunEvents::hold_at_root() {
  if (spec_.checkpoint_ns.empty()) feed_->hold();
}

void RunEvents::interrupted(const models::Checkpoint& checkpoint) {
  if (!shown_ || !feed_->has_stream()) return;
  hold_at_root();
  if (shows(StreamMode::kUpdates)) {
    for (const auto& task : checkpoint.tasks) {
      if (task.interrupts.empty() || task.result) continue;
      publish("updates", "{\"__interrupt__\":" + interrupt_list(task) + "}", StreamMode::kUpdates);
    }
  }
  const auto interrupts = "{\"__interrupt__\":" + interrupts_json(checkpoint) + "}";
  if (shows(StreamMode::kValues)) {
    publish("values", merge_objects(values_json(checkpoint), interrupts), StreamMode::kValues);
  } else if (!shows(StreamMode::kUpdates) && spec_.checkpoint_ns.empty()) {
    // Whatever was asked for, a client must learn that the run waits for it.
    feed_->publish("values", interrupts, 0, "");
  }
}

void RunEvents::breakpoint() {
  hold_at_root();
  if (shows(StreamMode::kUpdates)) publish("updates", R"({"__interrupt__":[]})", StreamMode::kUpdates);
}

// ---- Nodes ----

void RunEvents::custom(std::string json) {
  if (feed_->wants(StreamMode::kEvents)) callback("on_custom_event", "custom", nullptr, json);
  if (feed_->wants(StreamMode::kCustom)) publish("custom", std::move(json), StreamMode::kCustom);
}

void RunEvents::tool(std::string json) {
  if (shows(StreamMode::kTools)) publish("tools", std::move(json), StreamMode::kTools);
}

void RunEvents::written(const models::CheckpointTask& task, int step, const Writes& writes) {
  if (feed_->wants_messages()) {
    for (const auto& [channel, write] : writes) {
      if (spec_.graph->channels()[channel].reducer != Reducer::kMessages) continue;
      const auto list = parse_json(write.text);
      if (!list || !list->IsArray()) continue;
      for (const auto& message : list->GetArray()) message_written(message, task, step);
    }
  }
  if (!shows(StreamMode::kUpdates)) return;
  const auto update = writes_json(*spec_.graph, writes);
  publish("updates", "{" + quote(task.node) + ":" + (update ? *update : "null") + "}", StreamMode::kUpdates);
}

void RunEvents::message_chunk(const std::string& json, const models::CheckpointTask& task, int step) {
  if (!feed_->wants_messages()) return;
  const auto chunk = parse_json(json);
  if (!chunk || !chunk->IsObject()) return;
  const auto id = string_member(*chunk, "id");
  const auto partial = feed_->add_chunk(id, *chunk);
  const auto metadata = message_metadata(task, step);
  if (feed_->wants(StreamMode::kMessages)) {
    if (partial.first) {
      publish("messages/metadata", "{" + quote(id) + ":{\"metadata\":" + metadata + "}}",
              StreamMode::kMessages);
    }
    publish("messages/partial", "[" + partial.message + "]", StreamMode::kMessages);
  }
  if (feed_->wants(StreamMode::kEvents)) {
    if (partial.first) callback("on_chat_model_start", task.node, &task, "{\"input\":null}");
    callback("on_chat_model_stream", task.node, &task, "{\"chunk\":" + json + "}");
  }
  if (feed_->wants(StreamMode::kMessagesTuple))
    publish("messages", "[" + json + "," + metadata + "]", StreamMode::kMessagesTuple);
}

void RunEvents::message_written(const JsonValue& message, const models::CheckpointTask& task, int step) {
  const auto id = string_member(message, "id");
  if (string_member(message, "type") == "remove") return;
  const bool complete = feed_->first_sight("complete:" + std::string(id));
  const bool streamed = !feed_->first_sight(id);
  if (!complete) return;
  const auto text = to_text(message);
  if (feed_->wants(StreamMode::kMessages)) {
    if (!streamed) {
      publish("messages/metadata", "{" + quote(id) + ":{\"metadata\":" + message_metadata(task, step) + "}}",
              StreamMode::kMessages);
    }
    publish("messages/complete", "[" + text + "]", StreamMode::kMessages);
  }
  if (feed_->wants(StreamMode::kEvents) && streamed)
    callback("on_chat_model_end", task.node, &task, "{\"output\":" + text + "}");
  if (feed_->wants(StreamMode::kMessagesTuple) && !streamed)
    publish("messages", "[" + text + "," + message_metadata(task, step) + "]", StreamMode::kMessagesTuple);
}

void RunEvents::know_messages(const models::Checkpoint& checkpoint) {
  if (!feed_->wants_messages()) return;
  for (const auto& value : checkpoint.channels) {
    const auto channel = spec_.graph->channel_index(value.channel);
    if (!channel || spec_.graph->channels()[*channel].reducer != Reducer::kMessages) continue;
    const auto list = parse_json(*value.value);
    if (!list || !list->IsArray()) continue;
    for (const auto& message : list->GetArray()) {
      const auto id = string_member(message, "id");
      (void)feed_->first_sight(id);
      (void)feed_->first_sight("complete:" + std::string(id));
    }
  }
}

std::string RunEvents::message_metadata(const models::CheckpointTask& task, int step) const {
  const std::string ns = quote(models::inner_ns(spec_.checkpoint_ns, task));
  const std::string own =
      "{\"tags\":[],\"run_id\":" + quote(spec_.run_id) + ",\"thread_id\":" + quote(spec_.thread_id) +
      ",\"assistant_id\":" + quote(spec_.assistant_id) + ",\"graph_id\":" + quote(spec_.graph->id()) +
      ",\"run_attempt\":" + std::to_string(spec_.attempt) + ",\"langgraph_node\":" + quote(task.node) +
      ",\"langgraph_step\":" + std::to_string(step) + ",\"langgraph_triggers\":" + triggers_json(task) +
      ",\"langgraph_path\":[\"__pregel_pull\"," + quote(task.node) + "],\"langgraph_checkpoint_ns\":" + ns +
      ",\"checkpoint_ns\":" + ns + "}";
  return merge_objects(spec_.metadata, own);
}

// An event of mode "events": what a tracer would have been called with.
void RunEvents::callback(std::string_view event, std::string_view name, const models::CheckpointTask* task,
                         std::string data) {
  std::string out = "{\"event\":\"" + std::string(event) + "\",\"name\":" + quote(name) +
                    ",\"run_id\":" + quote(task != nullptr ? task->id : spec_.run_id) + ",\"tags\":[]" +
                    ",\"metadata\":" + spec_.metadata + ",\"data\":" + data + ",\"parent_ids\":[" +
                    (task != nullptr ? quote(spec_.run_id) : "") + "]}";
  publish("events", std::move(out), StreamMode::kEvents);
}

}  // namespace agenthost::runtime
