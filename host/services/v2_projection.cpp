#include "host/services/v2_projection.hpp"

#include <algorithm>
#include <array>

#include "host/services/v2_values.hpp"

namespace agenthost::services {
namespace {

// "node:<task id>" -> the node, and the task id
std::string_view node_of(std::string_view segment) {
  return segment.substr(0, segment.rfind(':'));
}

std::string text_or_json(const JsonValue& value) {
  if (value.IsString()) return std::string(as_view(value));
  return std::string(string_member(value, "message", to_text(value)));
}

}  // namespace

V2Projection::V2Projection(std::string run_id, std::string graph_name, std::vector<std::string> answered)
    : run_id_(std::move(run_id)), graph_name_(std::move(graph_name)), answered_(std::move(answered)) {}

void V2Projection::see(const runtime::Event& event, std::vector<V2Event>& out) {
  const auto& mode = event.name;
  if (mode == "error" || mode == "end") return;  // told by the outcome, once it is stored
  begin(out);
  const auto ns = split_namespace(event.ns);
  enter(ns, out);
  if (mode == "values") return values(ns, event.data, out);
  if (mode == "checkpoints") return checkpoint(ns, event.data);
  if (mode == "updates") return updates(ns, event.data, out);
  if (mode == "messages") return messages_.said(ns, event.data, out);
  if (mode == "tasks") return task(ns, event.data, out);
  if (mode == "tools") return tool(ns, event.data, out);
  if (mode == "custom") return custom(ns, event.data, out);
}

// ---- Beginning and end of graphs ----

// The ids let a client tell the runs of a thread apart, and one run's end from another's.
void V2Projection::root(std::string_view how, const std::string& rest, std::vector<V2Event>& out) {
  status_ = how;
  out.push_back({"lifecycle",
                 {},
                 "{\"event\":\"" + status_ + "\",\"graph_name\":" + quote(graph_name_) + rest + "}",
                 {},
                 {},
                 "synth:" + run_id_ + ":" + status_});
}

void V2Projection::begin(std::vector<V2Event>& out) {
  if (!status_.empty()) return;
  root("running", "", out);
  if (!answered_.empty())
    out.push_back({"input.answered", {}, "{\"interrupt_ids\":" + json_list(answered_) + "}"});
}

void V2Projection::enter(const Namespace& ns, std::vector<V2Event>& out) {
  for (std::size_t depth = 1; depth <= ns.size(); ++depth) {
    const Namespace graph(ns.begin(), ns.begin() + static_cast<std::ptrdiff_t>(depth));
    const bool known = std::any_of(subgraphs_.begin(), subgraphs_.end(),
                                   [&](const Subgraph& one) { return one.ns == graph; });
    if (known) continue;
    subgraphs_.push_back({graph});
    out.push_back(
        {"lifecycle", graph, "{\"event\":\"started\",\"graph_name\":" + quote(node_of(graph.back())) + "}"});
  }
}

// The graph, and whatever in it has not said so itself.
void V2Projection::leave(const Namespace& ns, std::string_view how, std::string_view error,
                         std::vector<V2Event>& out) {
  for (auto one = subgraphs_.rbegin(); one != subgraphs_.rend(); ++one) {
    const bool inside = one->ns.size() >= ns.size() && std::equal(ns.begin(), ns.end(), one->ns.begin());
    if (!inside || one->status != "running") continue;
    one->status = how;
    out.push_back({"lifecycle", one->ns,
                   "{\"event\":\"" + one->status + "\",\"graph_name\":" + quote(node_of(one->ns.back())) +
                       (error.empty() ? "" : ",\"error\":" + quote(error)) + "}"});
  }
}

void V2Projection::ended(const RunOutcome& outcome, const std::optional<V2Refusal>& refusal,
                         std::vector<V2Event>& out) {
  const bool never_began = status_.empty() && outcome.end == runtime::RunEnd::kCancelled;
  // One that ends before it says anything has answered nothing.
  if (status_.empty() && !never_began) root("running", "", out);
  messages_.run_ended(out);
  if (const auto values = parse_json(outcome.values)) {
    if (const auto* waiting = find_member(*values, "__interrupt__")) note_interrupts({}, *waiting);
  }
  const bool waits = outcome.end == runtime::RunEnd::kInterrupted;
  const std::string error = outcome.error ? outcome.error->text : std::string();
  const std::string how = waits || outcome.end == runtime::RunEnd::kCancelled ? "interrupted"
                          : outcome.error                                     ? "failed"
                                                                              : "completed";
  leave({}, how, how == "failed" ? error : "", out);
  for (const auto& one : waits ? interrupts_ : std::vector<Interrupt>{}) {
    out.push_back({"input.requested", one.ns,
                   "{\"interrupt_id\":" + quote(one.id) + ",\"payload\":" + one.value +
                       ",\"value\":" + one.value + "}"});
  }
  std::string rest = how == "failed" ? ",\"error\":" + quote(error) : "";
  if (refusal) {
    rest += ",\"reason\":\"unknown_interrupt\",\"interrupt_ids\":" + json_list(refusal->interrupt_ids) +
            ",\"pending_ids\":" + json_list(refusal->pending_ids);
  }
  root(how, rest, out);
}

// ---- Steps ----

void V2Projection::checkpoint(const Namespace& ns, const std::string& data) {
  const auto state = parse_json(data);
  if (!state) return;
  const auto* own = find_member(*state, "checkpoint");
  const auto* parent = find_member(*state, "parent_checkpoint");
  const auto* metadata = find_member(*state, "metadata");
  if (own == nullptr || metadata == nullptr) return;
  const auto* step = find_member(*metadata, "step");
  std::string json = "{\"id\":" + quote(string_member(*own, "checkpoint_id"));
  if (parent != nullptr) json += ",\"parent_id\":" + quote(string_member(*parent, "checkpoint_id"));
  json += ",\"step\":" + (step != nullptr ? to_text(*step) : "0");
  json += ",\"source\":" + quote(string_member(*metadata, "source")) + "}";
  // Shown directly before its values; one that never shows values (the bare input) is not shown either.
  checkpoints_[join_namespace(ns)] = std::move(json);
}

void V2Projection::values(const Namespace& ns, const std::string& data, std::vector<V2Event>& out) {
  auto shown = v2_values(data);
  if (shown.interrupts) {
    // The state as it was shown already, with what waits: told when the stop is stored.
    if (const auto list = parse_json(*shown.interrupts)) note_interrupts(ns, *list);
    return;
  }
  if (auto made = checkpoints_.extract(join_namespace(ns)); !made.empty()) {
    out.push_back({"checkpoints", ns, std::move(made.mapped())});
  }
  out.push_back({"values", ns, std::move(shown.json)});
}

void V2Projection::updates(const Namespace& ns, const std::string& data, std::vector<V2Event>& out) {
  const auto members = split_object(data);
  if (!members || members->empty()) return;
  const auto& node = members->front().key;
  if (node == "__interrupt__") return;
  // Which of several tasks of one node this was nobody says; their messages end with the task's result.
  const auto is_its = [&](const Task& task) { return task.ns == ns && task.node == node; };
  if (std::count_if(tasks_.begin(), tasks_.end(), is_its) == 1) {
    messages_.task_ended(std::find_if(tasks_.begin(), tasks_.end(), is_its)->id, "", out);
  }
  out.push_back({"updates", ns, data, node});
}

void V2Projection::task(const Namespace& ns, const std::string& data, std::vector<V2Event>& out) {
  const auto task = parse_json(data);
  if (!task || !task->IsObject()) return;
  if (task->HasMember("result")) {
    task_ended(ns, *task, out);
    out.push_back({"tasks", ns, data});
    const Namespace graph = [&] {
      auto inner = ns;
      inner.push_back(std::string(string_member(*task, "name")) + ":" +
                      std::string(string_member(*task, "id")));
      return inner;
    }();
    const auto* error = find_member(*task, "error");
    const auto* waiting = find_member(*task, "interrupts");
    const bool waits = waiting != nullptr && waiting->IsArray() && !waiting->Empty();
    return leave(graph,
                 error != nullptr ? "failed"
                 : waits          ? "interrupted"
                                  : "completed",
                 error != nullptr ? text_or_json(*error) : "", out);
  }
  tasks_.push_back({ns, std::string(string_member(*task, "id")), std::string(string_member(*task, "name"))});
  out.push_back({"tasks", ns, data});
}

void V2Projection::task_ended(const Namespace& ns, const JsonValue& result, std::vector<V2Event>& out) {
  const auto id = string_member(result, "id");
  const auto* error = find_member(result, "error");
  messages_.task_ended(id, error != nullptr ? text_or_json(*error) : "", out);
  tasks_.erase(std::remove_if(tasks_.begin(), tasks_.end(), [&](const Task& task) { return task.id == id; }),
               tasks_.end());
  if (const auto* waiting = find_member(result, "interrupts")) note_interrupts(ns, *waiting);
}

// The graph that asked says so first, those around it repeat it.
void V2Projection::note_interrupts(const Namespace& ns, const JsonValue& interrupts) {
  if (!interrupts.IsArray()) return;
  for (const auto& one : interrupts.GetArray()) {
    const auto id = string_member(one, "id");
    const bool known = std::any_of(interrupts_.begin(), interrupts_.end(),
                                   [&](const Interrupt& other) { return other.id == id; });
    const auto* value = find_member(one, "value");
    if (!known) interrupts_.push_back({std::string(id), value != nullptr ? to_text(*value) : "null", ns});
  }
}

// ---- Tools and custom events ----

// The task that calls: the one named for it, or the only one there is.
std::string V2Projection::tool_task(const Namespace& ns, std::string_view call_id) const {
  std::vector<const Task*> here;
  for (const auto& task : tasks_) {
    if (task.ns == ns) here.push_back(&task);
  }
  const auto named =
      std::find_if(here.begin(), here.end(), [](const Task* task) { return task->node == "tools"; });
  if (named != here.end()) return (*named)->id;
  return here.size() == 1 ? here.front()->id : std::string(call_id);
}

void V2Projection::tool(const Namespace& ns, const std::string& data, std::vector<V2Event>& out) {
  const auto call = parse_json(data);
  if (!call || !call->IsObject()) return;
  struct Word {
    std::string_view theirs, ours, member, as;
  };
  constexpr std::array<Word, 4> kWords{{{"on_tool_start", "tool-started", "input", "input"},
                                        {"on_tool_event", "tool-output-delta", "data", "delta"},
                                        {"on_tool_end", "tool-finished", "output", "output"},
                                        {"on_tool_error", "tool-error", "error", "message"}}};
  const auto event = string_member(*call, "event");
  const auto word =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& one) { return one.theirs == event; });
  if (word == kWords.end()) return;
  const auto call_id = string_member(*call, "toolCallId");
  const auto name = string_member(*call, "name");
  std::string json = "{\"event\":\"" + std::string(word->ours) + "\",\"tool_call_id\":" + quote(call_id);
  if (!name.empty()) json += ",\"tool_name\":" + quote(name);
  if (const auto* what = find_member(*call, word->member)) {
    json += ",\"" + std::string(word->as) +
            "\":" + (word->as == "message" ? quote(text_or_json(*what)) : to_text(*what));
  }
  // Clients look for a sub-agent below the tool that hands it its task. One that reports from inside is
  // there.
  auto at = ns;
  const bool inside = !ns.empty() && node_of(ns.back()) == "tools";
  if (name == "task" && !inside) at.push_back("tools:" + tool_task(ns, call_id));
  out.push_back({"tools", std::move(at), json + "}"});
}

void V2Projection::custom(const Namespace& ns, const std::string& data, std::vector<V2Event>& out) {
  const auto written = parse_json(data);
  if (!written) return;
  if (!written->IsObject()) return out.push_back({"custom", ns, "{\"payload\":" + data + "}"});
  const std::string name(string_member(*written, "name"));
  std::string payload = data;
  if (!name.empty()) {
    const auto* own = find_member(*written, "payload");
    if (own != nullptr) {
      payload = to_text(*own);
    } else {
      payload.clear();
      for (const auto& member : written->GetObject()) {
        if (as_view(member.name) == "name") continue;
        payload += (payload.empty() ? "{" : ",") + to_text(member.name) + ":" + to_text(member.value);
      }
      payload = payload.empty() ? "{}" : payload + "}";
    }
  }
  out.push_back({"custom", ns, merge_objects(data, "{\"payload\":" + payload + "}"), {}, name});
}

// ---- Asking ----

std::string V2Projection::tree_json() const {
  // Children are written behind their parents' opening, so each closes when no deeper one follows.
  std::vector<Subgraph> graphs{{{}, status_.empty() ? "running" : status_}};
  graphs.insert(graphs.end(), subgraphs_.begin(), subgraphs_.end());
  const auto node = [&](const auto& self, const Subgraph& graph) -> std::string {
    std::string json = "{\"namespace\":" + json_list(graph.ns) + ",\"status\":\"" + graph.status +
                       "\",\"graph_name\":" +
                       quote(graph.ns.empty() ? std::string_view(graph_name_) : node_of(graph.ns.back()));
    std::string children;
    for (const auto& other : graphs) {
      const bool child = other.ns.size() == graph.ns.size() + 1 &&
                         std::equal(graph.ns.begin(), graph.ns.end(), other.ns.begin());
      if (child) children += (children.empty() ? "" : ",") + self(self, other);
    }
    return json + (children.empty() ? "}" : ",\"children\":[" + children + "]}");
  };
  return node(node, graphs.front());
}

}  // namespace agenthost::services
