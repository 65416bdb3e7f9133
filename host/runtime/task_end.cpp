#include "host/runtime/task_end.hpp"

#include "host/base/ids.hpp"

namespace agenthost::runtime {
namespace {

tl::unexpected<Error> bad_command(std::string text) {
  return fail(ErrorCode::kInvalid, "command: " + std::move(text), "InvalidUpdateError");
}

bool is_given(const std::string& json) {
  return json != "null";
}

// {"channel":write} or, as library objects write it, [["channel",write],...].
Result<std::vector<JsonMember>> split_update(const std::string& update) {
  if (update.empty() || update.front() != '[') return split_object(update);
  const auto pairs = parse_json(update);
  if (!pairs) return fail(pairs.error());
  std::vector<JsonMember> members;
  for (const auto& pair : pairs->GetArray()) {
    if (!pair.IsArray() || pair.Size() != 2 || !pair[0].IsString())
      return bad_command("update: must be an object or a list of [channel, write]");
    members.push_back({std::string(as_view(pair[0])), to_text(pair[1])});
  }
  return members;
}

Result<TaskUpdate> read_members(const Graph& graph, std::vector<JsonMember> members) {
  TaskUpdate update;
  update.dropped = take_unknown(graph, members);
  auto writes = read_writes(graph, std::move(members));
  if (!writes) return fail(writes.error());
  update.writes = std::move(*writes);
  return update;
}

TaskEnd command_end(const Graph& graph, std::string_view ns, const JsonBlob& command) {
  const auto document = parse_json(*command);
  if (document && string_member(*document, "graph") == "__parent__") {
    if (!ns.empty()) return ParentCommand{command};
    return bad_command("\"graph\":\"__parent__\" in a graph that is inside no other").value();
  }
  auto update = read_command(graph, *command);
  if (!update) return update.error();
  return std::move(*update);
}

TaskEnd update_end(const Graph& graph, std::vector<JsonMember> members) {
  auto update = read_members(graph, std::move(members));
  if (!update) return update.error();
  return std::move(*update);
}

}  // namespace

Result<TaskUpdate> read_command(const Graph& graph, std::string_view command) {
  const auto members = split_object(command);
  if (!members) return bad_command(members.error().text);
  TaskUpdate update;
  for (const auto& member : *members) {
    if (!is_given(member.text)) continue;
    if (member.key == "update") {
      auto parts = split_update(member.text);
      if (!parts) return fail(parts.error());
      auto written = read_members(graph, std::move(*parts));
      if (!written) return fail(written.error());
      update.writes = std::move(written->writes);
      update.dropped = std::move(written->dropped);
    } else if (member.key == "goto") {
      auto targets = read_targets(graph, member.text);
      if (!targets) return bad_command("goto: " + targets.error().text);
      update.goes_to = std::move(*targets);
    }
  }
  return update;
}

TaskEnd task_end(const Graph& graph, std::string_view ns, const models::CheckpointTask& task,
                 NodeOutcome outcome) {
  if (auto* update = std::get_if<NodeUpdate>(&outcome))
    return update->command ? command_end(graph, ns, update->command)
                           : update_end(graph, std::move(update->writes));
  if (auto* interrupted = std::get_if<NodeInterrupted>(&outcome)) {
    // The same for the same pending task, however often it is asked about.
    auto id = short_hash(models::inner_ns(std::string(ns), task));
    return TaskStopped{{{std::move(id), std::move(interrupted->value)}}};
  }
  return std::get<Error>(std::move(outcome));
}

}  // namespace agenthost::runtime
