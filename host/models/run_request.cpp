#include "host/models/run_request.hpp"

#include <algorithm>
#include <cmath>

#include "host/base/text.hpp"
#include "host/models/fields.hpp"

namespace agenthost::models {
namespace {

const std::vector<std::string>& known_stream_modes() {
  static const std::vector<std::string> kModes{"values", "updates", "messages", "messages-tuple", "custom",
                                               "events", "tasks",   "debug",    "checkpoints",    "tools"};
  return kModes;
}

std::vector<std::string> read_stream_modes(Fields& fields) {
  auto modes = fields.texts("stream_mode").value_or(std::vector<std::string>{"values"});
  for (const auto& mode : modes) {
    const auto& known = known_stream_modes();
    if (std::find(known.begin(), known.end(), mode) == known.end()) {
      fields.wrong("stream_mode", "unknown mode \"" + mode + "\"; known are: " + joined(known));
    }
  }
  return modes;
}

// Present in the sense of the clients: null, [] and {} are how they say "nothing".
bool is_given(const JsonValue* value) {
  return value != nullptr && !(value->IsArray() && value->Empty()) &&
         !(value->IsObject() && value->ObjectEmpty());
}

// RemoteGraph sends every member always; null, [] and {} are no update and no goto.
void read_command(Fields& fields, RunRequest& request) {
  const auto* command = fields.member("command");
  if (command == nullptr) return;
  if (!command->IsObject()) return fields.wrong("command", "must be an object");
  const auto read = [&](const char* name, std::optional<std::string>& target) {
    const auto* value = find_member(*command, name);
    if (is_given(value)) target = to_text(*value);
  };
  if (const auto* resume = find_member(*command, "resume")) request.resume = to_text(*resume);
  read("update", request.update);
  read("goto", request.goes_to);
  if (request.update && request.update->front() != '{' && request.update->front() != '[')
    fields.wrong("command.update", "must be an object, or a list of [channel, value]");
}

void read_checkpoint(Fields& fields, RunRequest& request) {
  request.checkpoint_id = fields.uuid("checkpoint_id");
  const auto* checkpoint = fields.member("checkpoint");
  if (checkpoint == nullptr) return;
  Fields inner(*checkpoint);
  if (auto id = inner.uuid("checkpoint_id")) request.checkpoint_id = std::move(id);
  if (!inner.status()) fields.wrong("checkpoint", inner.status().error().text);
}

void read_config(Fields& fields, RunRequest& request) {
  request.config = fields.object("config").value_or("{}");
  request.context = fields.object("context").value_or("{}");
  request.metadata = fields.object("metadata").value_or("{}");
  const auto* config = fields.member("config");
  if (config == nullptr || !config->IsObject()) return;
  Fields inner(*config);
  request.recursion_limit = inner.integer("recursion_limit", 1, 1'000'000);
  (void)inner.object("configurable");
  if (!inner.status()) fields.wrong("config", inner.status().error().text);
}

void read_choices(Fields& fields, RunRequest& request) {
  if (const auto word = fields.word("multitask_strategy", {"reject", "enqueue", "interrupt", "rollback"})) {
    request.multitask_strategy = *multitask_strategy_from(*word);
  }
  if (fields.word("on_disconnect", {"continue", "cancel"}) == "cancel")
    request.on_disconnect = OnDisconnect::kCancel;
  if (fields.word("if_not_exists", {"reject", "create"}) == "create")
    request.if_not_exists = IfNotExists::kCreate;
  if (fields.word("on_completion", {"delete", "keep"}) == "keep") request.on_completion = OnCompletion::kKeep;
  if (const auto during = fields.boolean("checkpoint_during"))
    request.durability = *during ? "async" : "exit";
  if (auto word = fields.word("durability", {"sync", "async", "exit"})) request.durability = std::move(*word);
  request.resumable = fields.boolean("stream_resumable").value_or(false);
  request.background = fields.boolean("background").value_or(false);
  request.followed = fields.boolean("__protocol_stream_run").value_or(false);
  request.subgraphs = fields.boolean("stream_subgraphs").value_or(false);
  request.strict_resume = fields.boolean("strict_resume").value_or(false);
}

// What happens before and after the run.
void read_surroundings(Fields& fields, RunRequest& request) {
  constexpr double kLongest = 10.0 * 366 * 86'400;
  const auto seconds = fields.number("after_seconds", 0).value_or(0);
  if (seconds > kLongest) return fields.wrong("after_seconds", "must be at most ten years");
  request.after = std::chrono::microseconds(std::llround(seconds * 1e6));
  request.webhook = fields.text("webhook");
  constexpr std::size_t kMaxUrl = 65'536;
  if (request.webhook && (request.webhook->empty() || request.webhook->size() > kMaxUrl))
    fields.wrong("webhook", "must be a URL of 1 to 65536 bytes");
}

std::string list_json(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const auto& text : list) out += (out.size() > 1 ? "," : "") + quote(text);
  return out + "]";
}

std::string command_json(const RunRequest& request) {
  std::string members;
  const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) members += (members.empty() ? "" : ",") + quote(name) + ":" + *value;
  };
  add("resume", request.resume);
  add("update", request.update);
  add("goto", request.goes_to);
  return members.empty() ? "" : ",\"command\":{" + members + "}";
}

}  // namespace

Result<RunRequest> RunRequest::from_json(const JsonValue& body) {
  Fields fields(body);
  RunRequest request;
  std::optional<Error> unsupported;
  request.assistant_id = fields.required_text("assistant_id");
  request.input = fields.any("input");
  read_command(fields, request);
  read_config(fields, request);
  read_checkpoint(fields, request);
  request.stream_modes = read_stream_modes(fields);
  request.interrupt_before = fields.texts("interrupt_before").value_or(std::vector<std::string>{});
  request.interrupt_after = fields.texts("interrupt_after").value_or(std::vector<std::string>{});
  read_choices(fields, request);
  read_surroundings(fields, request);
  if (auto good = fields.status(); !good) return fail(good.error());
  if (unsupported) return fail(*unsupported);
  return request;
}

std::string kwargs_json(const RunRequest& request) {
  std::string out = "{\"assistant_id\":" + quote(request.assistant_id);
  out += ",\"input\":" + request.input.value_or("null");
  out += command_json(request);
  out += ",\"config\":" + request.config + ",\"context\":" + request.context;
  out += ",\"stream_mode\":" + list_json(request.stream_modes);
  if (!request.interrupt_before.empty())
    out += ",\"interrupt_before\":" + list_json(request.interrupt_before);
  if (!request.interrupt_after.empty()) out += ",\"interrupt_after\":" + list_json(request.interrupt_after);
  if (request.checkpoint_id) out += ",\"checkpoint_id\":" + quote(*request.checkpoint_id);
  out += ",\"durability\":\"" + request.durability + "\"";
  if (request.on_completion == OnCompletion::kKeep) out += ",\"on_completion\":\"keep\"";
  if (request.after.count() > 0)
    out += ",\"after_seconds\":" + std::to_string(static_cast<double>(request.after.count()) / 1e6);
  if (request.webhook) out += ",\"webhook\":" + quote(*request.webhook);
  if (request.background) out += ",\"background\":true";
  if (request.followed) out += ",\"__protocol_stream_run\":true";
  if (request.subgraphs) out += ",\"stream_subgraphs\":true";
  if (request.strict_resume) out += ",\"strict_resume\":true";
  if (request.resumable) out += ",\"stream_resumable\":true";
  return out + "}";
}

}  // namespace agenthost::models
