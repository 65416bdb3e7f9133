#include "host/runtime/targets.hpp"

#include <algorithm>

namespace agenthost::runtime {
namespace {

tl::unexpected<Error> bad(std::string text) {
  return fail(ErrorCode::kInvalid, std::move(text), "InvalidUpdateError");
}

bool may_go_to(const Graph& graph, const std::vector<std::string>& allowed, std::string_view name) {
  if (!allowed.empty()) return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
  return name == kEnd || graph.find_node(name) != nullptr;
}

Result<Target> read_target(const Graph& graph, const JsonValue& value,
                           const std::vector<std::string>& allowed) {
  Target target;
  if (value.IsString()) {
    target.node = as_view(value);
    if (may_go_to(graph, allowed, target.node)) return target;
    return bad("leads to \"" + target.node + "\", which is " +
               (allowed.empty() ? "no node of this graph" : "not among its declared targets"));
  }
  if (!value.IsObject()) return bad("must name a node or be {\"node\",\"input\"}");
  target.node = string_member(value, "node");
  // A send may go to any node: what it may lead to is declared for the state's own way.
  if (graph.find_node(target.node) == nullptr)
    return bad("sends to \"" + target.node + "\", which is no node of this graph");
  const auto* input = find_member(value, "input");
  if (input == nullptr) input = find_member(value, "args");
  target.input = make_blob(input != nullptr ? to_text(*input) : "null");
  return target;
}

}  // namespace

Result<Targets> read_targets(const Graph& graph, std::string_view json,
                             const std::vector<std::string>& allowed) {
  const auto document = parse_json(json);
  if (!document) return bad("is no JSON: " + document.error().text);
  Targets targets;
  const auto add = [&](const JsonValue& value) -> Status {
    auto target = read_target(graph, value, allowed);
    if (!target) return fail(target.error());
    if (target->node != kEnd) targets.push_back(std::move(*target));
    return {};
  };
  if (!document->IsArray()) {
    if (auto added = add(*document); !added) return fail(added.error());
    return targets;
  }
  for (const auto& value : document->GetArray()) {
    if (auto added = add(value); !added) return fail(added.error());
  }
  return targets;
}

Targets to_nodes(const std::vector<std::string>& nodes) {
  Targets targets;
  for (const auto& node : nodes) {
    if (node != kEnd) targets.push_back({node, nullptr});
  }
  return targets;
}

JsonBlob targets_json(const Targets& targets) {
  if (targets.empty()) return nullptr;
  std::string out = "[";
  for (const auto& target : targets) {
    if (out.size() > 1) out += ',';
    out += target.input ? "{\"node\":" + quote(target.node) + ",\"input\":" + *target.input + "}"
                        : quote(target.node);
  }
  return make_blob(out + "]");
}

std::vector<models::CheckpointTask> make_tasks(const Graph& graph, const std::string& checkpoint_id,
                                               const Targets& targets) {
  const auto kind_of = [&](const std::string& name) {
    const auto* node = graph.find_node(name);
    return node != nullptr && node->subgraph ? models::TaskKind::kSubgraph : models::TaskKind::kNode;
  };
  std::vector<std::string> nodes;
  for (const auto& target : targets) {
    if (!target.input) nodes.push_back(target.node);
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  std::vector<models::CheckpointTask> tasks;
  tasks.reserve(targets.size());
  for (const auto& node : nodes) tasks.push_back({derived_uuid(checkpoint_id, node), node, kind_of(node)});
  int index = 0;
  for (const auto& target : targets) {
    if (!target.input) continue;
    auto& task = tasks.emplace_back();
    task.id = derived_uuid(checkpoint_id, "send:" + std::to_string(index) + ":" + target.node);
    task.node = target.node;
    task.kind = kind_of(target.node);
    task.input = target.input;
    task.send_index = index++;
  }
  return tasks;
}

}  // namespace agenthost::runtime
